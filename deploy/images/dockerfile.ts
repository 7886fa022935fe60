import type { Recipe } from './recipe.ts';

/** The name of the layer beside the Dockerfile. */
export const LAYER_FILE = 'layer.tar';

/** A Dockerfile of one layer and its settings; labels are given with the build. */
export function dockerfile(recipe: Recipe): string {
  const { config } = recipe;
  const lines = [
    `FROM ${recipe.from ?? 'scratch'}`,
    `ADD ${LAYER_FILE} /`,
    ...Object.entries(config.environment ?? {}).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    ...(config.ports ?? []).map((port) => `EXPOSE ${port}`),
    config.workingDirectory && `WORKDIR ${config.workingDirectory}`,
    config.user && `USER ${config.user}`,
    config.volumes && `VOLUME ${JSON.stringify(config.volumes)}`,
    config.stopSignal && `STOPSIGNAL ${config.stopSignal}`,
    config.entrypoint && `ENTRYPOINT ${JSON.stringify(config.entrypoint)}`,
    config.command && `CMD ${JSON.stringify(config.command)}`,
  ];
  return `${lines.filter((line) => line !== undefined).join('\n')}\n`;
}
