import { Slider } from "@base-ui/react/slider";
import { useQuery } from "@tanstack/react-query";
import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from "d3-zoom";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { all, get } from "../api/client";
import type { Entity, Relation } from "../api/types";
import { count, day, words } from "../format";
import { type Node, type Size, TALL, WIDE, arranged } from "../layout";
import { useMemory } from "../memory";
import { Choice, Empty, Heading, Pending } from "../parts/basics";
import { address, replace, useRoute } from "../route";

/** The most mentioned entities that are drawn at once; more can be told apart by nobody. */
const MOST = 150;
/** Up to so many edges, all have their labels. */
const LABELLED = 12;
const DAY = 86_400_000;

interface Drawn {
  entities: Entity[];
  relations: Relation[];
}

export function Graph() {
  const { user, home, named } = useMemory();
  const { query } = useRoute();
  const around = query.get("entity") ?? "";
  const hops = query.get("hops") ?? "2";
  const graph = useQuery({
    queryKey: named("graph", around, hops),
    queryFn: async ({ signal }): Promise<Drawn> => {
      if (around) {
        const part = await get<{ entities: Record<string, Entity>; relations: Relation[] }>(
          `${home}/related`,
          { entity: around, hops },
          signal,
        );
        return { entities: Object.values(part.entities), relations: part.relations };
      }
      const [entities, relations] = await Promise.all([
        all<Entity>(`${home}/entities`, {}, 1000, signal),
        all<Relation>(`${home}/relations`, { past: true }, 5000, signal),
      ]);
      return { entities, relations };
    },
  });
  const set = (changed: Record<string, string>) =>
    replace(address(user, "graph", "", { ...Object.fromEntries(query), ...changed }));
  return (
    <>
      <Heading title="Graph">
        {around && (
          <div className="actions">
            <Choice
              label="How far"
              value={hops}
              options={[
                ["1", "one step"],
                ["2", "two steps"],
                ["3", "three steps"],
              ]}
              onChange={(value) => set({ hops: value })}
            />
            <button type="button" className="button" onClick={() => set({ entity: "", hops: "" })}>
              Show everything
            </button>
          </div>
        )}
      </Heading>
      <Pending of={graph} />
      {graph.data &&
        (graph.data.relations.length === 0 ? (
          <Empty title="There are no relations yet.">
            They are facts with an attribute and a value, such as “Mara lives in Vienna”. Without a model, few are found.
          </Empty>
        ) : (
          <Picture key={`${around}/${hops}`} graph={graph.data} onFocus={(entity) => set({ entity })} />
        ))}
    </>
  );
}

function Picture({ graph, onFocus }: { graph: Drawn; onFocus: (entity: string) => void }) {
  const shown = useMemo(() => chosen(graph), [graph]);
  const [size] = useState(() => (matchMedia("(max-width: 700px)").matches ? TALL : WIDE));
  const nodes = useMemo(() => arranged(shown.entities, shown.relations, size), [shown, size]);
  const [first, last] = useMemo(() => bounds(shown.relations), [shown]);
  const [at, setAt] = useState(last);
  const [selected, setSelected] = useState("");
  const shownDay = day(new Date(at - 1).toISOString().replace("Z", "+00:00"));
  const visible = shown.relations.filter((relation) => holds(relation, at - 1));
  const alive = new Set(visible.flatMap(({ source, target }) => [source, target]));
  const entity = shown.entities.find(({ id }) => id === selected);
  const listed = entity ? visible.filter(({ source, target }) => source === entity.id || target === entity.id) : visible;
  return (
    <div className="graph">
      <div className="graph-main">
        <Canvas size={size} nodes={nodes} relations={visible} alive={alive} selected={selected} onSelect={setSelected} />
        <Slider.Root
          className="slider"
          value={at}
          min={first}
          max={last}
          step={DAY}
          largeStep={30 * DAY}
          onValueChange={(value) => setAt(Number(value))}
        >
          <Slider.Label className="slider-label">
            As it was on <b>{shownDay}</b>
          </Slider.Label>
          <span className="quiet">{count(visible.length, "relation")}</span>
          <Slider.Control className="slider-control">
            <Slider.Track className="slider-track">
              <Slider.Indicator className="slider-indicator" />
              <Slider.Thumb className="slider-thumb" aria-label="Day" getAriaValueText={() => shownDay} />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
        {shown.hidden > 0 && (
          <p className="hint">
            The {MOST} most mentioned are drawn, {count(shown.hidden, "entity", "entities")} not. Choose one and look around it to see the rest.
          </p>
        )}
      </div>
      <aside className="graph-side" aria-label={entity ? entity.name : "All relations"}>
        {entity ? (
          <>
            <h2>{entity.name}</h2>
            <p className="row-meta">
              <span className={`type type-${entity.type}`}>{entity.type}</span>
              {entity.aliases.length > 0 && <span>also {entity.aliases.join(", ")}</span>}
            </p>
            <div className="actions">
              <button type="button" className="button small" onClick={() => onFocus(entity.id)}>
                Look around it
              </button>
              <button type="button" className="button small" onClick={() => setSelected("")}>
                Close
              </button>
            </div>
          </>
        ) : (
          <>
            <h2>All relations</h2>
            <p className="hint">Choose a bead to see one entity’s.</p>
          </>
        )}
        <Relations relations={listed} />
      </aside>
    </div>
  );
}

function Relations({ relations }: { relations: Relation[] }) {
  const { user } = useMemory();
  if (relations.length === 0) return <p className="hint">None on this day.</p>;
  return (
    <ul className="rows">
      {relations.slice(0, 300).map((relation) => (
        <li key={relation.fact} className="row">
          <a className="row-main" href={address(user, "facts", relation.fact)} data-step>
            {relation.text}
          </a>
          <span className="row-meta">
            <span>{words(relation.label)}</span>
            {relation.status === "conflicting" && <span className="status conflicting">in conflict</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface CanvasProps {
  size: Size;
  nodes: Map<string, Node>;
  relations: Relation[];
  alive: Set<string>;
  selected: string;
  onSelect: (id: string) => void;
}

function Canvas({ size, nodes, relations, alive, selected, onSelect }: CanvasProps) {
  const svg = useRef<SVGSVGElement>(null);
  const behavior = useRef<ZoomBehavior<SVGSVGElement, unknown> | null>(null);
  const moved = useRef<SVGGElement>(null);
  useEffect(() => {
    if (!svg.current) return;
    behavior.current = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.4, 5])
      // Past React: nothing but this attribute changes while somebody pans.
      .on("zoom", ({ transform }: D3ZoomEvent<SVGSVGElement, unknown>) =>
        moved.current?.setAttribute("transform", transform.toString()),
      );
    select(svg.current).call(behavior.current).on("dblclick.zoom", null);
  }, []);
  const scale = (by: number) => svg.current && behavior.current?.scaleBy(select(svg.current), by);
  const reset = () => svg.current && behavior.current?.transform(select(svg.current), zoomIdentity);
  const isNear = (relation: Relation) => relation.source === selected || relation.target === selected;
  const among = beside(relations);
  const near = new Set(relations.filter(isNear).flatMap(({ source, target }) => [source, target]));
  const pressed = (event: KeyboardEvent, id: string) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onSelect(id === selected ? "" : id);
  };
  return (
    <div className="canvas">
      <svg ref={svg} viewBox={`0 0 ${size.width} ${size.height}`} role="group" aria-label="Entities and the relations between them">
        <g ref={moved}>
          {relations.map((relation, place) => {
            const source = nodes.get(relation.source);
            const target = nodes.get(relation.target);
            if (!source || !target) return null;
            const isLit = selected === "" || isNear(relation);
            const [path, x, y] = curve(source, target, among[place] ?? 0);
            return (
              <g key={relation.fact} className={`edge${isLit ? "" : " dim"}${relation.status === "conflicting" ? " disputed" : ""}`}>
                <path d={path} />
                {(selected ? isNear(relation) : relations.length <= LABELLED) && (
                  <text x={x} y={y} aria-hidden="true">
                    {words(relation.label)}
                  </text>
                )}
              </g>
            );
          })}
          {[...nodes.values()].map((node) => (
            <g
              key={node.id}
              className={`node type-${node.type}${alive.has(node.id) ? "" : " gone"}${selected && !near.has(node.id) && node.id !== selected ? " dim" : ""}`}
              transform={`translate(${node.x} ${node.y})`}
              role="button"
              tabIndex={alive.has(node.id) ? 0 : -1}
              aria-hidden={!alive.has(node.id) || undefined}
              aria-pressed={node.id === selected}
              aria-label={`${short(node.name)}, ${node.type}`}
              onClick={() => onSelect(node.id === selected ? "" : node.id)}
              onKeyDown={(event) => pressed(event, node.id)}
            >
              <circle className="halo" r={node.radius + 4} />
              <circle className="bead" r={node.radius} />
              <text y={node.radius + 13}>{short(node.name)}</text>
            </g>
          ))}
        </g>
      </svg>
      <div className="zoom" role="group" aria-label="Zoom">
        <button type="button" className="button small" onClick={() => scale(1.4)} aria-label="Nearer">
          +
        </button>
        <button type="button" className="button small" onClick={() => scale(1 / 1.4)} aria-label="Farther">
          −
        </button>
        <button type="button" className="button small" onClick={reset}>
          Fit
        </button>
      </div>
    </div>
  );
}

const short = (name: string) => (name.length > 28 ? `${name.slice(0, 27).trim()}…` : name);

/** For each relation, how many before it join the same two entities. */
function beside(relations: Relation[]): number[] {
  const counts = new Map<string, number>();
  return relations.map(({ source, target }) => {
    const pair = [source, target].sort().join();
    const before = counts.get(pair) ?? 0;
    counts.set(pair, before + 1);
    return before;
  });
}

/** A line from one node to another, bent when there are several, and the place of its label. */
function curve(source: Node, target: Node, among: number): [string, number, number] {
  const bend = among === 0 ? 0 : (among % 2 ? 1 : -1) * 26 * Math.ceil(among / 2);
  const [dx, dy] = [target.x - source.x, target.y - source.y];
  const length = Math.hypot(dx, dy) || 1;
  const x = (source.x + target.x) / 2 - (dy / length) * bend;
  const y = (source.y + target.y) / 2 + (dx / length) * bend;
  const middle = [(source.x + target.x) / 4 + x / 2, (source.y + target.y) / 4 + y / 2] as const;
  return [`M${source.x},${source.y}Q${x},${y} ${target.x},${target.y}`, middle[0], middle[1] - 3];
}

/** The most mentioned entities that have relations, and the relations between them. */
function chosen({ entities, relations }: Drawn): Drawn & { hidden: number } {
  const linked = new Set(relations.flatMap(({ source, target }) => [source, target]));
  const candidates = entities.filter(({ id }) => linked.has(id)).sort((one, other) => other.mentions - one.mentions);
  const kept = candidates.slice(0, MOST);
  const ids = new Set(kept.map(({ id }) => id));
  return {
    entities: kept,
    relations: relations.filter(({ source, target }) => ids.has(source) && ids.has(target)),
    hidden: candidates.length - kept.length,
  };
}

const instant = (at: string | null) => (at === null ? null : new Date(at).getTime());

function holds({ valid }: Relation, at: number): boolean {
  const [start, end] = [instant(valid.start), instant(valid.end)];
  return (start === null || start <= at) && (end === null || at < end);
}

/** The first and the last day on which anything changes, or today, each by the midnight after it. */
function bounds(relations: Relation[]): [number, number] {
  const times = relations.flatMap(({ valid }) => [instant(valid.start), instant(valid.end)]).filter((at) => at !== null);
  const first = Math.floor(Math.min(Date.now(), ...times) / DAY + 1) * DAY;
  const last = Math.ceil(Date.now() / DAY) * DAY;
  return [first, Math.max(last, first + DAY)];
}
