// Where the beads of the graph lie: the same graph always lies the same way.

import { type SimulationNodeDatum, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import type { Entity, Relation } from "./api/types";

export const WIDTH = 700;
export const HEIGHT = 480;
const MARGIN = 40;

export interface Node {
  id: string;
  name: string;
  type: string;
  radius: number;
  x: number;
  y: number;
}

export function arranged(entities: Entity[], relations: Relation[]): Map<string, Node> {
  const degrees = new Map<string, number>();
  for (const { source, target } of relations) {
    for (const id of [source, target]) degrees.set(id, (degrees.get(id) ?? 0) + 1);
  }
  const nodes = entities.map((entity): Node & SimulationNodeDatum => ({
    id: entity.id,
    name: entity.name,
    type: entity.type,
    radius: Math.min(18, 5 + 2.2 * Math.sqrt(degrees.get(entity.id) ?? 0)),
    x: Number.NaN,
    y: Number.NaN,
  }));
  const links = relations.map(({ source, target }) => ({ source, target }));
  // Its random numbers have a fixed seed. A wide picture: forces pull harder up and down than sideways.
  forceSimulation<Node & SimulationNodeDatum>(nodes)
    .force("link", forceLink<Node & SimulationNodeDatum, { source: string; target: string }>(links).id(({ id }) => id).distance(82))
    .force("apart", forceManyBody().strength(-360).distanceMax(320))
    .force("x", forceX(0).strength(0.04))
    .force("y", forceY(0).strength(0.075))
    .force("collide", forceCollide<Node>(({ radius }) => radius + 22))
    .stop()
    .tick(300);
  return new Map(fitted(nodes).map((node) => [node.id, node]));
}

/** Move and scale the nodes into the picture. */
function fitted(nodes: Node[]): Node[] {
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    1.3,
    (WIDTH - 2 * MARGIN - 60) / Math.max(1, right - left),
    (HEIGHT - 2 * MARGIN) / Math.max(1, bottom - top),
  );
  return nodes.map((node) => ({
    ...node,
    x: Math.round(WIDTH / 2 + (node.x - (left + right) / 2) * scale),
    y: Math.round(HEIGHT / 2 + (node.y - (top + bottom) / 2) * scale - 6),
  }));
}
