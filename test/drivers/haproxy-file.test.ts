import { expect } from 'chai';
import { parseModel } from '../../operator/drivers/haproxy/marks.ts';
import { render as pieces } from '../../operator/drivers/haproxy/render.ts';
import type { Model } from '../../operator/drivers/haproxy/model.ts';
import { backendItem, balancerItem } from '../contract/items.ts';

describe('the configuration file of HAProxy', () => {
  const render = (of: Model): string => Buffer.concat(pieces(of)).toString();
  const model = (): Model => {
    const [balancer, backend] = [balancerItem('default'), backendItem('files', 21_103)];
    return {
      balancer: { ...balancer, spec: { ...balancer.spec, bindAddresses: ['127.0.0.1'] } },
      backends: new Map([[backend.id, backend]]),
      servers: new Map(),
    };
  };

  it('says what it was rendered from', () => {
    expect(render(parseModel(render(model())) as Model)).to.equal(render(model()));
  });

  it('of a version that knew less is read all the same, so that an upgrade can mend it', () => {
    const [, line = ''] = /# item backend (.*)/.exec(render(model())) ?? [];
    const { spec, ...entry } = JSON.parse(line) as { spec: Record<string, unknown> };
    const { access: _access, limits: _limits, ...older } = spec;
    const text = render(model())
      .replace(line, JSON.stringify({ ...entry, spec: older }))
      .replace('"threads":1,', '');
    const settings = (rendered: string): string[] =>
      rendered.split('\n').filter((each) => !/MCPNET_STRUCTURE|# item/.test(each));
    expect(settings(render(parseModel(text) as Model))).to.deep.equal(settings(render(model())));
  });
});
