import type { JSX } from 'preact';
import type { NetworkView, PortView } from '../../api/shapes.ts';
import { shortName } from '../text/format.ts';

/** A range longer than this is told by the table alone. */
const mostCells = 400;

/** The range of a network as cells, one for each port: what is free is seen at once. The table beside it says the same. */
export function PortMap({ network, ports }: { network: NetworkView; ports: readonly PortView[] }): JSX.Element | null {
  const [first = 0, last = -1] = network.ports.services.split('-').map(Number);
  if (last < first || last - first >= mostCells) return null;
  const byPort = new Map(ports.map((each) => [each.port, each]));
  const cells = Array.from({ length: last - first + 1 }, (_, index) => byPort.get(first + index) ?? first + index);
  const held = cells.filter((cell) => typeof cell !== 'number').length;
  return (
    <figure class="port-map">
      <div class="port-cells" aria-hidden="true">
        {cells.map((cell) =>
          typeof cell === 'number' ? (
            <span key={cell} class="port-cell" title={`${cell} is free`}>
              {String(cell).slice(-2)}
            </span>
          ) : (
            <span key={cell.port} class={`port-cell port-${kindOf(cell)}`} title={`${cell.port}: ${titleOf(cell)}`}>
              {kindOf(cell) === 'ours' ? '' : '!'}
              {String(cell.port).slice(-2)}
            </span>
          ),
        )}
      </div>
      <figcaption class="muted">
        {network.ports.services} on {network.ports.bindAddress} for services of {shortName(network.key)}:{' '}
        {cells.length - held} of {cells.length} are free. Filled: held. With an exclamation mark: somebody else listens.
      </figcaption>
    </figure>
  );
}

function kindOf({ use, foreign }: PortView): 'ours' | 'foreign' {
  return use === 'foreign' || foreign !== undefined ? 'foreign' : 'ours';
}

function titleOf({ holder, foreign }: PortView): string {
  return [holder === undefined ? undefined : shortName(holder), foreign].filter(Boolean).join(', ') || 'not known';
}
