import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../../deploy/images/ensure.ts';
import { packageVersion } from '../../../operator/config.ts';
import { customResourceDefinitions, definitionText } from '../../../schemas/crds.ts';
import { eventually } from '../../support/eventually.ts';
import { runProgram } from '../../support/program.ts';
import { Traffic } from '../../support/traffic.ts';
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

  after('remove what is left of the installation', () => mcpnet('uninstall'));

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
    await eventually(async () => expect(await leaders()).to.have.length(1));
  });

  it('changes nothing when it is done again', async () => {
    const lines = (await install()).trim().split('\n').slice(0, -1);
    expect(lines.filter((line) => !line.endsWith(' unchanged'))).to.deep.equal([]);
  });

  it('steers what is declared, and tells of it at the dashboard', async () => {
    await cluster.kubectl(['create', 'secret', 'generic', 'key', '--from-literal=value=not-so-secret']);
    await cluster.kubectl(['apply', '-f', '-'], declared());
    await cluster.kubectl(['wait', '--for=condition=Ready', 'mcpservice/tiny', '--timeout=90s']);
    await speaks(cluster, 'tiny');
    // Only an operator in a Pod can be named by rules; this one is applied.
    await cluster.kubectl(['get', 'networkpolicy', 'default-haproxy']);
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

  it('is asked by commands in the Pod that leads', async () => {
    const inPod = async (...args: string[]): Promise<string> =>
      cluster.kubectl(['exec', (await leaders())[0] ?? '', '--', 'mcpnet', ...args]);
    await eventually(async () => expect(await inPod('get', 'services')).to.match(/tiny +True/), { timeoutMs: 30_000 });
  });

  it('is replaced by Pods of its own while requests go on', async () => {
    const address = await cluster.kubectl(['get', 'service', 'tiny', '-o', 'jsonpath={.spec.clusterIP}']);
    const traffic = new Traffic(new URL(`http://${address}/mcp`));
    const [before] = await leaders();
    await cluster.kubectl(['rollout', 'restart', 'deployment/mcpnet-operator']);
    await cluster.kubectl(['rollout', 'status', 'deployment/mcpnet-operator', '--timeout=120s']);
    const [now] = await eventually(async () => {
      const all = await leaders();
      return all.length === 1 && all[0] !== before && all;
    });
    expect(now).to.not.equal(before);
    await cluster.kubectl(['scale', 'mcpservice/tiny', '--replicas=2']);
    await cluster.kubectl(['wait', '--for=jsonpath={.status.readyReplicas}=2', 'mcpservice/tiny', '--timeout=90s']);
    const { failures, requests } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect(requests).to.be.above(100);
  });

  it('leaves what it runs serving when it goes, and says so', async () => {
    const said = await mcpnet('uninstall');
    expect(said)
      .to.contain('deployment.apps/mcpnet-operator removed')
      .and.to.contain('1 MCPNetworks and 1 MCPServices with what runs for them, which goes on serving');
    await speaks(cluster, 'tiny');
    const own = 'deployments,services,serviceaccounts,roles,rolebindings,networkpolicies';
    const left = await cluster.kubectl(['get', own, '-l', 'app.kubernetes.io/name=mcpnet-operator', '-o', 'name']);
    expect(left).to.equal('');
  });

  it('takes everything with it where that is asked for', async function () {
    if (process.env['KUBECONFIG'] !== undefined) {
      console.log('      skipped: would remove what others declared on the cluster of KUBECONFIG');
      this.skip();
    }
    await install();
    const said = await mcpnet('uninstall', '--crds');
    try {
      expect(said).to.contain('mcpservice.mcpnet.io/tiny removed');
      expect((await cluster.outcome(['get', 'mcpservices'])).code).to.not.equal(0);
      const ours = ['get', 'deployments,statefulsets,services,networkpolicies', '-l', 'mcpnet.io/owner', '-o', 'name'];
      expect(await cluster.kubectl(ours)).to.equal('');
    } finally {
      const text = customResourceDefinitions().map(definitionText).join('---\n');
      await cluster.kubectl(['apply', '--validate=false', '-f', '-'], text);
      await eventually(() => cluster.kubectl(['get', 'mcpservices,mcpnetworks']), { timeoutMs: 60_000 });
    }
  });

  async function leaders(): Promise<readonly string[]> {
    const names = await cluster.kubectl(['get', 'pods', '-l', 'mcpnet.io/leads=true', '-o', 'name']);
    return names.split('\n').filter((name) => name !== '');
  }
});
