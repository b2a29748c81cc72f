import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get } from "../api/client";
import type { Role } from "../api/types";
import { Empty, Pending } from "../parts/basics";
import { address, go } from "../route";

/** For a key that opens the memory of any user: whose is it to be? */
export function ChooseUser({ role, onSignOut }: { role: Role; onSignOut: () => void }) {
  const [name, setName] = useState("");
  const mayList = role === "admin";
  const users = useQuery({
    queryKey: ["users"],
    queryFn: () => get<{ items: string[] }>("/v1/users"),
    enabled: mayList,
  });
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) go(address(name.trim(), "search"));
  };
  return (
    <main className="sign-in">
      <h1>Whose memory?</h1>
      {mayList && <Pending of={users} />}
      {users.data?.items.length === 0 && (
        <Empty title="Nothing is remembered yet.">
          Name a user below, then import a conversation; or store one with <code>lukasa import</code>.
        </Empty>
      )}
      <ul className="users">
        {users.data?.items.map((user) => (
          <li key={user}>
            <a href={address(user, "search")} data-step>
              {user}
            </a>
          </li>
        ))}
      </ul>
      <form onSubmit={open}>
        <label className="field">
          <span>{mayList ? "Another user" : "User"}</span>
          <input name="user" value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        </label>
        <button type="submit" className="button">
          Open
        </button>
      </form>
      <button type="button" className="link" onClick={onSignOut}>
        Sign out
      </button>
    </main>
  );
}
