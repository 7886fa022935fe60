import type { ComponentChildren, JSX } from 'preact';

export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and values: line by line where there is little room (`lines`), else side by side (`cells`). */
export function FactList({ facts, as }: { facts: readonly Fact[]; as: 'lines' | 'cells' }): JSX.Element {
  return (
    <dl class={as === 'lines' ? 'fact-list' : 'facts'}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
