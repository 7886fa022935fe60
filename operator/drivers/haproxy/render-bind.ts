import type { BoundBalancer } from './model.ts';

export function bindLines({ bindAddresses }: BoundBalancer, port: number): string[] {
  return [...new Set(bindAddresses)].map((address) => `  bind ${address}:${port}`);
}
