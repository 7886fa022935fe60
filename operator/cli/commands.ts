import type { Command } from 'commander';

/** Adds a command to the program: its name, what it takes, and what it does. */
export type AddCommand = (program: Command) => void;

/** Every command by its name, in the order of the help. A command is loaded only when it is used: who merely asks is not kept waiting. */
export const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./start.ts')).startCommand,
  up: async () => (await import('./up.ts')).upCommand,
  get: async () => (await import('./get.ts')).getCommand,
  describe: async () => (await import('./describe.ts')).describeCommand,
  events: async () => (await import('./events.ts')).eventsCommand,
  logs: async () => (await import('./logs.ts')).logsCommand,
  top: async () => (await import('./top.ts')).topCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  apply: async () => (await import('./apply.ts')).applyCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  delete: async () => (await import('./delete.ts')).deleteCommand,
  scale: async () => (await import('./scale.ts')).scaleCommand,
  history: async () => (await import('./history.ts')).historyCommand,
  rollback: async () => (await import('./rollback.ts')).rollbackCommand,
  drain: async () => (await import('./drain.ts')).drainCommand,
  pause: async () => (await import('./hold.ts')).pauseCommand,
  resume: async () => (await import('./hold.ts')).resumeCommand,
  validate: async () => (await import('./validate.ts')).validateCommand,
  cluster: async () => (await import('./cluster/command.ts')).clusterCommand,
  crd: async () => (await import('./crd.ts')).crdCommand,
  ports: async () => (await import('./ports/command.ts')).portsCommand,
  doctor: async () => (await import('./doctor/command.ts')).doctorCommand,
  network: async () => (await import('./network/command.ts')).networkCommand,
  audit: async () => (await import('./audit/command.ts')).auditCommand,
  client: async () => (await import('./clients/command.ts')).clientCommand,
  down: async () => (await import('./down.ts')).downCommand,
  images: async () => (await import('./images.ts')).imagesCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
  __complete: async () => (await import('./completion.ts')).completeCommand,
  version: async () => (await import('./version.ts')).versionCommand,
};
