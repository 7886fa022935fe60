import type { Command } from 'commander';

export function imagesCommand(program: Command): void {
  program
    .command('images')
    .description("build images from Debian's packages and npm, without a registry")
    .argument('[names...]', 'images, or the sets default, extra, cluster, test, all', ['default'])
    .action(async (names: string[]) => {
      const { connectDocker } = await import('../drivers/docker/client.ts');
      const { ensureImages } = await import('../../deploy/images/ensure.ts');
      await ensureImages(names, {
        docker: connectDocker(),
        onProgress: ({ image, phase, durationMs, bytes }) => {
          const facts =
            phase === 'building' ? '' : `  ${(durationMs / 1000).toFixed(1)} s  ${Math.round(bytes / 1e6)} MB`;
          console.log(`image ${image.padEnd(34)} ${phase}${facts}`);
        },
      });
    });
}
