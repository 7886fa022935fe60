import type { InstanceView, ServiceView } from '../../api/shapes.ts';

/** In pixels of the page: letters keep their size whatever the width. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ReplicaBox extends Box {
  readonly instance: InstanceView;
}

export interface ServiceBox extends Box {
  readonly service: ServiceView;
  readonly replicas: readonly ReplicaBox[];
  /** Replicas for which there is no room. */
  readonly more: number;
}

/** Where everything of a network stands: clients in the frontend network, services in the internal one, HAProxy in both. */
export interface Layout {
  readonly isNarrow: boolean;
  readonly width: number;
  readonly height: number;
  readonly frontend: Box;
  readonly internal: Box;
  readonly clients: Box;
  readonly haproxy: Box;
  readonly consul: Box;
  readonly services: readonly ServiceBox[];
  /** The line beside the replicas that leads to Consul. */
  readonly railX: number;
}

const narrowBelow = 720;
const mostReplicas = 8;
const top = 34;
const gap = 14;

export function layOut(services: readonly ServiceView[], width: number): Layout {
  return width < narrowBelow ? narrow(services, width) : wide(services, width);
}

/** From left to right: clients, HAProxy on the border of the two networks, services, their replicas. */
function wide(services: readonly ServiceView[], width: number): Layout {
  const border = Math.round(Math.max(236, width * 0.27));
  const haproxyWidth = 132;
  const room = Math.round(Math.min(170, width * 0.14));
  const serviceX = border + haproxyWidth / 2 + room;
  const railX = width - 26;
  const serviceWidth = Math.round((railX - serviceX) * 0.48);
  const replicaX = serviceX + serviceWidth + 44;
  const replicaWidth = railX - 22 - replicaX;
  let y = top + 58;
  const boxes = services.map((service) => {
    const shown = replicasOf(service);
    const height = Math.max(52, shown.length * 28 - 4);
    const box: ServiceBox = {
      service,
      x: serviceX,
      y: y + Math.round((height - 52) / 2),
      width: serviceWidth,
      height: 52,
      more: service.instances.length - shown.length,
      replicas: shown.map((instance, index) => ({
        instance,
        x: replicaX,
        y: y + Math.round((height - (shown.length * 28 - 4)) / 2) + index * 28,
        width: replicaWidth,
        height: 24,
      })),
    };
    y += height + gap;
    return box;
  });
  const height = Math.max(y + 8, 260);
  // In a tall picture HAProxy and the clients stay in the first screen.
  const middle = Math.min(Math.round((top + 58 + height - gap) / 2), 330);
  const clientsWidth = Math.min(118, border - haproxyWidth / 2 - 16 - 62);
  return {
    isNarrow: false,
    width,
    height,
    frontend: { x: 0, y: 0, width: border, height },
    internal: { x: border, y: 0, width: width - border, height },
    clients: { x: 16, y: middle - 34, width: clientsWidth, height: 68 },
    haproxy: { x: border - haproxyWidth / 2, y: middle - 38, width: haproxyWidth, height: 76 },
    consul: { x: replicaX, y: top, width: railX - replicaX + 12, height: 40 },
    services: boxes,
    railX,
  };
}

/** From top to bottom: clients, HAProxy on the border, then each service above its replicas. */
function narrow(services: readonly ServiceView[], width: number): Layout {
  const border = 170;
  const serviceX = 34;
  const railX = width - 16;
  const serviceWidth = railX - 14 - serviceX;
  let y = border + 118;
  const boxes = services.map((service) => {
    const shown = replicasOf(service);
    const replicas = shown.map((instance, index) => ({
      instance,
      x: serviceX + 18,
      y: y + 60 + index * 28,
      width: serviceWidth - 18,
      height: 24,
    }));
    const box: ServiceBox = {
      service,
      x: serviceX,
      y,
      width: serviceWidth,
      height: 52,
      replicas,
      more: service.instances.length - shown.length,
    };
    y += 52 + shown.length * 28 + 8 + gap;
    return box;
  });
  const height = Math.max(y + 4, border + 140);
  return {
    isNarrow: true,
    width,
    height,
    frontend: { x: 0, y: 0, width, height: border },
    internal: { x: 0, y: border, width, height: height - border },
    clients: { x: 16, y: 34, width: 118, height: 68 },
    haproxy: { x: 16, y: border - 32, width: 132, height: 76 },
    consul: { x: width - 16 - 132, y: border + 48, width: 132, height: 40 },
    services: boxes,
    railX,
  };
}

/** What takes part in serving first; nothing that merely ended is hidden behind it before there is no room. */
function replicasOf({ instances }: ServiceView): readonly InstanceView[] {
  return [...instances].sort((one, other) => one.id.localeCompare(other.id)).slice(0, mostReplicas);
}

/** A line from the right of one box to the left of another, or down a rail in a narrow picture. */
export function edgePath(from: Box, to: Box, isNarrow: boolean): string {
  if (isNarrow) {
    const x = from.x + 8;
    const y = to.y + to.height / 2;
    return `M${x} ${from.y + from.height}V${y - 8}q0 8 8 8H${to.x}`;
  }
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = (x2 - x1) / 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
