// Where the beads of the graph lie: the same graph always lies the same way.

import { type SimulationNodeDatum, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import type { Entity, Relation } from "./api/types";

export interface Size {
  width: number;
  height: number;
}

/** A wide picture, and one for a phone held upright. */
export const WIDE: Size = { width: 720, height: 470 };
export const TALL: Size = { width: 390, height: 560 };
const MARGIN = 34;
/** Room for names at the sides. */
const NAMES = 40;

export interface Node {
  id: string;
  name: string;
  type: string;
  radius: number;
  x: number;
  y: number;
}

export function arranged(entities: Entity[], relations: Relation[], size: Size): Map<string, Node> {
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
  // Its random numbers have a fixed seed. Forces pull hardest along the short side of the picture.
  const pull = 0.11;
  forceSimulation<Node & SimulationNodeDatum>(nodes)
    .force("link", forceLink<Node & SimulationNodeDatum, { source: string; target: string }>(links).id(({ id }) => id).distance(90))
    .force("apart", forceManyBody().strength(-480).distanceMax(400))
    .force("x", forceX(0).strength((pull * size.height) / (size.width + size.height)))
    .force("y", forceY(0).strength((pull * size.width) / (size.width + size.height)))
    .force("collide", forceCollide<Node>(({ radius }) => radius + 24))
    .stop()
    .tick(300);
  return new Map(fitted(nodes, size).map((node) => [node.id, node]));
}

/** Move and scale the nodes into the picture. */
function fitted(nodes: Node[], { width, height }: Size): Node[] {
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = Math.min(1.6, (width - 2 * (MARGIN + NAMES)) / Math.max(1, right - left));
  const down = Math.min(1.6, (height - 2 * MARGIN) / Math.max(1, bottom - top));
  return nodes.map((node) => ({
    ...node,
    x: Math.round(width / 2 + (node.x - (left + right) / 2) * across),
    y: Math.round(height / 2 + (node.y - (top + bottom) / 2) * down - 6),
  }));
}
