import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ClusterApi } from '../../cluster/api.ts';
import { defaultScope, packageVersion, readConfig, type Flags } from '../../config.ts';
import { documentOption } from '../document-option.ts';
import { durationMs } from '../duration.ts';
import { formatDocument } from '../output.ts';

interface InstallFlags extends Flags {
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
  readonly dryRun?: boolean;
  readonly output?: 'json' | 'yaml';
  readonly wait: boolean;
  readonly timeout: number;
}

interface UninstallFlags extends Flags {
  readonly namespace: string;
  readonly crds?: boolean;
  readonly dryRun?: boolean;
  readonly timeout: number;
}

const standardNamespace = 'mcpnet-system';

export function clusterCommand(program: Command): void {
  const cluster = program.command('cluster').description('the operator on a Kubernetes cluster');
  cluster
    .command('install')
    .description('install the operator on the cluster of the current kubeconfig, or bring an installation up to date')
    .option('--namespace <name>', 'where the operator itself runs', nameOf, standardNamespace)
    .option('--namespaces <names>', 'where it looks for services and runs them (default: everywhere)', checkedNames)
    .option('--image <name>', "the operator's image", `mcpnet/operator:${packageVersion()}`)
    .option('--replicas <number>', 'Pods of the operator: one leads, the others stand by', wholeNumber, 2)
    .option('--dry-run', 'say what would be applied, and apply nothing')
    .addOption(documentOption())
    .option('--no-wait', 'do not wait until the operator is ready')
    .addOption(timeoutOption('how long to wait'))
    .action(async (_options: InstallFlags, self: Command) => {
      const options = self.optsWithGlobals<InstallFlags>();
      const { namespace, namespaces, image, replicas, scope = defaultScope } = options;
      const installation = { namespace, watched: namespaces?.split(',') ?? [], image, replicas, scope };
      const { installationObjects } = await import('../../../deploy/kubernetes/objects.ts');
      const objects = installationObjects(installation);
      if (options.output !== undefined) {
        const list = { apiVersion: 'v1', kind: 'List', items: objects };
        console.log(await formatDocument(list, options.output));
        return;
      }
      const { install } = await import('./install.ts');
      await install(await apiOf(options), installation, {
        dryRun: options.dryRun ?? false,
        waitMs: options.wait ? options.timeout : 0,
        say: console.log,
      });
    });
  cluster
    .command('uninstall')
    .description('remove the operator; what it runs goes on serving, and what is declared stays declared')
    .option('--namespace <name>', 'where the operator itself runs', nameOf, standardNamespace)
    .option('--crds', 'remove everything that is declared and what runs for it as well, and the definitions of it')
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .addOption(timeoutOption('how long to wait until it is gone'))
    .action(async (_options: UninstallFlags, self: Command) => {
      const options = self.optsWithGlobals<UninstallFlags>();
      const { uninstall } = await import('./uninstall.ts');
      await uninstall(await apiOf(options), options.namespace, {
        withDefinitions: options.crds ?? false,
        dryRun: options.dryRun ?? false,
        waitMs: options.timeout,
        say: console.log,
      });
    });
}

async function apiOf(flags: Flags): Promise<ClusterApi> {
  const { openCluster } = await import('../../open-cluster.ts');
  return openCluster(readConfig(flags));
}

function timeoutOption(description: string): Option {
  return new Option('--timeout <duration>', description).argParser(durationMs).default(120_000, '2m');
}

function checkedNames(text: string): string {
  return text
    .split(',')
    .map((name) => nameOf(name.trim()))
    .join(',');
}

/** RFC 1123, as Kubernetes wants it of namespaces. */
function nameOf(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('Write the name of a namespace: small letters, digits and hyphens.');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 10) return number;
  throw new InvalidArgumentError('Write a number from 1 to 10.');
}
