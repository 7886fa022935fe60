import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../deploy/images/build.ts';
import { addressOf, eventually, execIn, outputOf, withConfined, withVolume } from './confined.ts';

const ANYONE = '4242:4242';

const HAPROXY_CONFIG = `defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind :80
  http-request return status 200 content-type text/plain string served
`;

describe('images of the parts', function () {
  this.timeout(60_000);
  const docker = new Docker();

  before(async function () {
    this.timeout(300_000);
    await ensureImages(['haproxy:3.0', 'consul:1.8.7', 'test'], { docker });
  });

  it('haproxy serves as anyone, from its default folder', async () => {
    // The configuration comes from a volume filled through the image itself: the daemon need not share our disk.
    await withVolume(docker, async (volume) => {
      const bind = `${volume}:/etc/mcpnet`;
      const write = `printf '%s' "$CONFIG" >/etc/mcpnet/haproxy.cfg`;
      await outputOf(docker, {
        image: 'mcpnet/haproxy:3.0',
        user: '0:0',
        command: ['sh', '-c', write],
        environment: [`CONFIG=${HAPROXY_CONFIG}`],
        binds: [bind],
      });
      await withConfined(
        docker,
        { image: 'mcpnet/haproxy:3.0', user: ANYONE, binds: [`${bind}:ro`] },
        async (container) => {
          const body = await eventually(async () => (await fetch(`http://${await addressOf(container)}/`)).text());
          expect(body).to.equal('served');
          expect(await execIn(docker, container, ['id', '-u'])).to.equal('4242');
        },
      );
    });
  });

  it('consul elects itself as anyone, with its data in a fresh volume', async () => {
    await withVolume(docker, async (volume) => {
      const options = { image: 'mcpnet/consul:1.8.7', user: ANYONE, binds: [`${volume}:/consul/data`] };
      await withConfined(docker, options, async (container) => {
        const leader = await eventually(async () => {
          const response = await fetch(`http://${await addressOf(container)}:8500/v1/status/leader`);
          const text = await response.text();
          if (!text.includes(':8300')) throw new Error(`no leader yet: ${text}`);
          return text;
        }, 30_000);
        expect(leader).to.include(':8300');
      });
    });
  });

  it('the test database seeds itself, keeps its password and needs no root', async () => {
    await withVolume(docker, async (volume) => {
      const options = {
        image: 'mcpnet-test/postgres:15',
        environment: ['POSTGRES_PASSWORD=secret', 'POSTGRES_DB=shop'],
        binds: [`${volume}:/var/lib/postgresql/data`],
      };
      await withConfined(docker, options, async (container) => {
        const address = await addressOf(container);
        const query = (password: string): Promise<string> => {
          const url = `postgresql://postgres:${password}@${address}/shop`;
          return execIn(docker, container, ['psql', url, '-Atc', 'select count(*) from widgets']);
        };
        await eventually(async () => expect(await query('secret')).to.equal('3'));
        expect(await query('guess')).to.include('password authentication failed');
      });
    });
  });
});
