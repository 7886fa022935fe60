import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const longAgo = new Date('2026-01-01');

/** A directory that is gone after the test. Files are old unless they are said to be fresh. */
export class TemporaryDirectory {
  path = '';

  async create(): Promise<void> {
    this.path = await mkdtemp(join(tmpdir(), 'mcpnet-source-'));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async write(name: string, text: string, age: 'old' | 'fresh' = 'old'): Promise<string> {
    const path = join(this.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (age === 'old') await utimes(path, longAgo, longAgo);
    return path;
  }
}

export function serviceText(name: string, spec = 'image: tiny:1, transport: stdio'): string {
  return `apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
}
