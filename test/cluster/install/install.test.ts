import { expect } from 'chai';
import { packageVersion } from '../../../operator/config.ts';
import { ensureImages } from '../../../deploy/images/ensure.ts';
import Docker from 'dockerode';
import { eventually } from '../../support/eventually.ts';
import { runProgram } from '../../support/program.ts';
import { useNode } from '../use-cluster.ts';
import { declared, speaks } from './tiny-service.ts';

const operatorImage = `mcpnet/operator:${packageVersion()}`;
const images = [operatorImage, `mcpnet/bridge:${packageVersion()}`, 'mcpnet/haproxy:3.0', 'mcpnet-test/tiny:1'];

describe('an installation on a cluster', function () {
  this.timeout(180_000);
  const cluster = useNode();
  const mcpnet = async (...args: string[]): Promise<string> => {
    const common = ['--namespace', cluster.namespace];
    const { code, stdout, stderr } = await runProgram(['cluster', ...args, ...common], 150_000, {
      KUBECONFIG: cluster.kubeconfig,
    });
    if (code !== 0) throw new Error(`mcpnet cluster ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  const install = (...args: string[]): Promise<string> =>
    mcpnet('install', '--namespaces', cluster.namespace, '--scope', cluster.namespace, ...args);

  before('hand over the images', async function () {
    this.timeout(600_000);
    await ensureImages(images, { docker: new Docker() });
    for (const image of images) await cluster.loadImage(image);
  });

  after('remove the installation', () => mcpnet('uninstall'));

  it('says what it would apply, and applies nothing', async () => {
    const said = await install('--dry-run');
    expect(said).to.contain('deployment.apps/mcpnet-operator created (dry run)');
    expect(
      await cluster.kubectl(['get', 'deployments,secrets,roles', '-l', 'app.kubernetes.io/part-of=mcpnet']),
    ).to.equal('');
  });

  it('runs the operator in Pods, one of which leads', async () => {
    expect(await install())
      .to.contain('deployment.apps/mcpnet-operator created')
      .and.to.contain('the operator is ready');
    const leaders = await eventually(async () => {
      const names = await cluster.kubectl(['get', 'pods', '-l', 'mcpnet.io/leads=true', '-o', 'name']);
      return names.trim() !== '' && names.trim().split('\n');
    });
    expect(leaders).to.have.length(1);
  });

  it('changes nothing when it is done again', async () => {
    const lines = (await install()).trim().split('\n').slice(0, -1);
    expect(lines.filter((line) => !line.endsWith(' unchanged'))).to.deep.equal([]);
  });

  it('steers what is declared, and tells of it at the dashboard', async () => {
    await cluster.kubectl(['apply', '-f', '-'], declared());
    await cluster.kubectl(['wait', '--for=condition=Ready', 'mcpservice/tiny', '--timeout=90s']);
    await speaks(cluster, 'tiny');
    const address = await cluster.kubectl(['get', 'service', 'mcpnet-operator', '-o', 'jsonpath={.spec.clusterIP}']);
    const services = await eventually(async () => (await fetch(`http://${address}:11091/api/v1/services`)).json());
    expect(services).to.have.nested.property('items[0].name', 'tiny');
    const token = await cluster.kubectl(['get', 'secret', 'mcpnet-dashboard-token', '-o', 'jsonpath={.data.token}']);
    const pause = (authorization: string): Promise<Response> =>
      fetch(`http://${address}:11091/api/v1/resources/MCPService/${cluster.namespace}/tiny/pause`, {
        method: 'POST',
        headers: { authorization },
      });
    expect((await pause('Bearer guess')).status).to.equal(401);
    expect((await pause(`Bearer ${Buffer.from(token, 'base64').toString()}`)).status).to.equal(200);
  });
});
