// Keys that go somewhere, and the list of them. Single letters can be turned off: speech and assistive input may send them unasked.

import { Switch } from "@base-ui/react/switch";
import { useEffect, useState } from "react";
import { Dialog } from "./parts/dialog";
import { VIEWS } from "./places";
import { address, go } from "./route";

const STORED = "lukasa.shortcuts";
/** Milliseconds in which the second key of a pair has to come. */
const WAIT = 1200;

export function useShortcuts(user: string) {
  const [isShown, setShown] = useState(false);
  const [isOn, setOn] = useState(() => localStorage.getItem(STORED) !== "off");
  useEffect(() => localStorage.setItem(STORED, isOn ? "on" : "off"), [isOn]);
  useEffect(() => {
    let began = 0;
    const pressed = (event: KeyboardEvent) => {
      if (!isOn || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector(".dialog")) return;
      const isSecond = event.timeStamp - began < WAIT;
      began = 0;
      if (isSecond) {
        const view = VIEWS.find(({ key }) => key === event.key);
        if (view) {
          event.preventDefault();
          go(address(user, view.name));
        }
        return;
      }
      switch (event.key) {
        case "g":
          began = event.timeStamp;
          return;
        case "?":
          setShown(true);
          return;
        case "/":
          event.preventDefault();
          focusSearch(user);
          return;
        case "j":
        case "k":
          step(event.key === "j" ? 1 : -1);
          return;
        default:
          // A view names the key of what can be done in it.
          document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`)?.click();
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [isOn, user]);
  return { isShown, isOn, setOn, show: () => setShown(true), hide: () => setShown(false) };
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

function focusSearch(user: string) {
  const field = () => document.querySelector<HTMLInputElement>("input[type=search]");
  if (field() && location.hash.includes("/search")) {
    field()?.focus();
    return;
  }
  go(address(user, "search"));
  setTimeout(() => field()?.focus(), 50);
}

/** Go to the next thing of a list, or the one before. */
function step(by: number) {
  const steps = [...document.querySelectorAll<HTMLElement>("[data-step]")];
  const place = steps.indexOf(document.activeElement as HTMLElement);
  steps[place < 0 ? (by > 0 ? 0 : steps.length - 1) : Math.min(Math.max(place + by, 0), steps.length - 1)]?.focus();
}

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Search"],
  ["j, k", "Next, previous in a list"],
  ["Enter", "Open"],
  ...VIEWS.map(({ key, title }): [string, string] => [`g ${key}`, `Go to ${title}`]),
  ["e", "Correct the fact that is shown"],
  ["p", "Pin it, or unpin it"],
  ["x", "Forget it, or restore it"],
  ["Esc", "Close, or leave a form"],
  ["?", "This list"],
];

interface Props {
  isShown: boolean;
  isOn: boolean;
  setOn: (isOn: boolean) => void;
  hide: () => void;
}

export function Shortcuts({ isShown, isOn, setOn, hide }: Props) {
  return (
    <Dialog open={isShown} title="Keyboard" onClose={hide}>
      <dl className="keys">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label className="switch-field">
        <Switch.Root checked={isOn} onCheckedChange={setOn} className="switch">
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        Single-letter keys
      </label>
      <p className="hint">Tab, Enter and the arrow keys always work.</p>
    </Dialog>
  );
}
