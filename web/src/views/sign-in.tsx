import { type FormEvent, useState } from "react";
import { RequestError, get, setKey } from "../api/client";
import type { WhoAmI } from "../api/types";
import { messageOf } from "../memory";
import { address, go } from "../route";

interface Props {
  refusal: string;
  onSignedIn: () => void;
}

export function SignIn({ refusal, onSignedIn }: Props) {
  const [secret, setSecret] = useState("");
  const [problem, setProblem] = useState(refusal);
  const [isAsking, setAsking] = useState(false);

  async function signIn(event: FormEvent) {
    event.preventDefault();
    if (!secret.trim()) {
      setProblem("Type in a key first.");
      return;
    }
    setAsking(true);
    setKey(secret.trim());
    try {
      const me = await get<WhoAmI>("/v1/me");
      if (me.user !== null && !location.hash.startsWith(address(me.user, ""))) go(address(me.user, "search"));
      onSignedIn();
    } catch (error) {
      setKey(null);
      const isUnknown = error instanceof RequestError && error.status === 401;
      setProblem(isUnknown ? "The server does not know this key, or it has expired." : messageOf(error));
      setAsking(false);
    }
  }

  return (
    <main className="sign-in">
      <img src="/page/icon.svg" alt="" width="44" height="44" />
      <h1>What is remembered</h1>
      <p>See what this memory holds, why it believes it, and put right what is wrong.</p>
      <form onSubmit={(event) => void signIn(event)}>
        <label className="field">
          <span>Key</span>
          <input
            type="password"
            name="key"
            autoComplete="off"
            spellCheck={false}
            placeholder="lk_…"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            aria-invalid={problem ? true : undefined}
            aria-describedby="key-help"
            autoFocus
          />
        </label>
        <button type="submit" className="button primary" disabled={isAsking}>
          Open
        </button>
        {problem && (
          <p className="problem-text" role="alert">
            {problem}
          </p>
        )}
      </form>
      <p className="hint" id="key-help">
        <code>lukasa serve</code> shows a key when it starts and none was made. Or make one:
        <code className="block">lukasa keys create --user NAME --role write</code>
        It stays in this tab and is forgotten when you close it.
      </p>
    </main>
  );
}
