// The frame: who is signed in, whose memory is shown, and the way from view to view.

import { useIsFetching, useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, lazy, useEffect, useState } from "react";
import { all, get, hasKey, setKey, whenRefused } from "./api/client";
import type { Fact, WhoAmI } from "./api/types";
import { MemoryContext, useMemory } from "./memory";
import { Pending } from "./parts/basics";
import { Icon } from "./parts/icons";
import { VIEWS } from "./places";
import { address, go, useRoute } from "./route";
import { Shortcuts, useShortcuts } from "./shortcuts";
import { ThemeButton } from "./theme";
import { Activity } from "./views/activity";
import { Changes } from "./views/changes";
import { Erase } from "./views/erase";
import { FactView } from "./views/fact";
import { Facts } from "./views/facts";
import { Import } from "./views/import";
import { Review } from "./views/review";
import { Search } from "./views/search";
import { SignIn } from "./views/sign-in";
import { Timeline } from "./views/timeline";
import { ChooseUser } from "./views/users";

const Graph = lazy(() => import("./views/graph").then((module) => ({ default: module.Graph })));

/** So many views stand in the bar of a phone; the rest are behind "More". */
const FIRST = 4;

export function App() {
  const [isSignedIn, setSignedIn] = useState(hasKey());
  const [refusal, setRefusal] = useState("");
  const client = useQueryClient();
  const leave = (detail: string) => {
    setKey(null);
    client.clear();
    setRefusal(detail);
    setSignedIn(false);
  };
  useEffect(() => whenRefused(() => leave("The server does not take this key any more. Type in one that is valid.")));
  if (!isSignedIn) return <SignIn refusal={refusal} onSignedIn={() => setSignedIn(true)} />;
  return <SignedIn onSignOut={() => leave("")} />;
}

function SignedIn({ onSignOut }: { onSignOut: () => void }) {
  const me = useQuery({ queryKey: ["me"], queryFn: () => get<WhoAmI>("/v1/me") });
  const { user: named } = useRoute();
  if (!me.data) return <Pending of={me} />;
  const user = me.data.user ?? named;
  if (!user) return <ChooseUser role={me.data.role} onSignOut={onSignOut} />;
  return (
    <MemoryContext value={{ user, role: me.data.role }}>
      <Frame isBound={me.data.user !== null} onSignOut={onSignOut} />
    </MemoryContext>
  );
}

function Frame({ isBound, onSignOut }: { isBound: boolean; onSignOut: () => void }) {
  const { user, role, home, named } = useMemory();
  const { view, id } = useRoute();
  const [isMore, setMore] = useState(false);
  const shortcuts = useShortcuts(user);
  const isBusy = useIsFetching() > 0;
  const waiting = useQuery({
    queryKey: named("waiting"),
    queryFn: async () => {
      const [conflicts, review] = await Promise.all([
        all<Fact[]>(`${home}/conflicts`),
        all<Fact>(`${home}/review`),
      ]);
      return conflicts.length + review.length;
    },
  });
  useEffect(() => {
    setMore(false);
    document.title = `${VIEWS.find((each) => each.name === view)?.title ?? "Lukasa"} · ${user} · Lukasa`;
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [view, id, user]);
  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={(event) => skip(event)}>
        Skip to the content
      </a>
      <nav className={`nav${isMore ? " more" : ""}`} aria-label="Views">
        <div className="brand">
          <img src="/page/icon.svg" alt="" width="26" height="26" />
          <div>
            <b>Lukasa</b>
            <span className="whose">
              {isBound ? user : <a href="#/">{user}</a>}
            </span>
          </div>
        </div>
        <ul>
          {VIEWS.map(({ name, title }, place) => (
            <li key={name} className={place < FIRST ? "" : "later"}>
              <a href={address(user, name)} aria-current={name === view ? "page" : undefined}>
                <Icon name={name} />
                <span>{title}</span>
                {name === "review" && Boolean(waiting.data) && (
                  <span className="badge" aria-label={`${waiting.data} to decide`}>
                    {waiting.data}
                  </span>
                )}
              </a>
            </li>
          ))}
          <li className="more-button">
            <button type="button" aria-expanded={isMore} onClick={() => setMore(!isMore)}>
              <Icon name="more" />
              <span>More</span>
            </button>
          </li>
        </ul>
        <div className="nav-end">
          <ThemeButton />
          <button type="button" className="link" onClick={shortcuts.show}>
            Keyboard
          </button>
          <button type="button" className="link" onClick={onSignOut}>
            Sign out
          </button>
          <span className="role">key: {role}</span>
        </div>
      </nav>
      <main id="main" tabIndex={-1} data-busy={isBusy || undefined}>
        <Suspense fallback={<p className="waiting">Reading…</p>}>
          <View key={`${user}/${view}/${id}`} view={view} id={id} />
        </Suspense>
      </main>
      <Shortcuts {...shortcuts} />
    </div>
  );
}

function skip(event: { preventDefault: () => void }) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function View({ view, id }: { view: string; id: string }) {
  const { user } = useMemory();
  switch (view) {
    case "timeline":
      return <Timeline />;
    case "facts":
      return id ? <FactView id={id} /> : <Facts />;
    case "review":
      return <Review />;
    case "graph":
      return <Graph />;
    case "changes":
      return <Changes />;
    case "import":
      return <Import />;
    case "erase":
      return <Erase />;
    case "activity":
      return <Activity />;
    case "search":
      return <Search />;
    default:
      go(address(user, "search"));
      return null;
  }
}
