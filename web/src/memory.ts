// What every view needs: whose memory it is, what the key may do, and changes that can be taken back.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { RequestError, get, memoryOf } from "./api/client";
import type { Role, Why } from "./api/types";
import { notify } from "./parts/notices";

export interface Memory {
  user: string;
  role: Role;
}

export const MemoryContext = createContext<Memory>({ user: "", role: "read" });

export function useMemory() {
  const memory = useContext(MemoryContext);
  const home = memoryOf(memory.user);
  return {
    ...memory,
    home,
    /** The name of something this user's memory holds, for the cache. */
    named: (...name: unknown[]) => [memory.user, ...name],
    mayWrite: memory.role !== "read",
    mayErase: memory.role === "admin",
  };
}

export interface Change<Result> {
  /** What to send. */
  run: () => Promise<Result>;
  /** What to say when it is done. */
  done: string;
  /** How to take it back; without it, nothing is offered. */
  undo?: (result: Result) => Promise<unknown>;
}

/** Return a function that makes a change, says that it was made, offers to take it back, and has everything read again. */
export function useChange() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries();
  const { mutateAsync, isPending } = useMutation({
    mutationFn: async (change: Change<unknown>) => change.run(),
    onError: (error) => notify(messageOf(error), { kind: "problem" }),
  });
  async function make<Result>(change: Change<Result>): Promise<Result | undefined> {
    let result: Result;
    try {
      result = (await mutateAsync(change as Change<unknown>)) as Result;
    } catch {
      return undefined; // It was said already.
    }
    await refresh();
    const { undo } = change;
    notify(change.done, {
      ...(undo && {
        action: "Undo",
        onAction: () => void make({ run: () => undo(result), done: "Taken back." }),
      }),
    });
    return result;
  }
  return { make, isPending };
}

/** Make a change of a fact; return the number of the call that made it, by which it can be undone. */
export async function callOf(home: string, fact: string, change: () => Promise<unknown>): Promise<number> {
  await change();
  const why = await get<Why>(`${home}/facts/${encodeURIComponent(fact)}/why`);
  return why.entries.at(-1)?.call ?? 0;
}

export function messageOf(error: unknown): string {
  if (error instanceof RequestError) return error.status ? error.message : `${error.title} ${error.message}`;
  return error instanceof Error ? error.message : "Something failed; try again.";
}
