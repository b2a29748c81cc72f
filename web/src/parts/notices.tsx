// Short messages at the edge of the page: what was done, and how to take it back.

import { Toast } from "@base-ui/react/toast";

interface Options {
  kind?: "done" | "problem";
  action?: string;
  onAction?: () => void;
}

const manager = Toast.createToastManager();

export function notify(text: string, { kind = "done", action, onAction }: Options = {}) {
  const id = manager.add({
    description: text,
    type: kind,
    priority: kind === "problem" ? "high" : "low",
    timeout: action || kind === "problem" ? 12_000 : 5_000,
    ...(action && {
      actionProps: {
        children: action,
        onClick: () => {
          manager.close(id);
          onAction?.();
        },
      },
    }),
  });
}

export function Notices() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="notices">
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Shown() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={`notice ${toast.type ?? ""}`} swipeDirection={["right", "down"]}>
      <Toast.Content className="notice-content">
        <Toast.Description className="notice-text" />
        {toast.actionProps && <Toast.Action className="button small" />}
        <Toast.Close className="button quiet small" aria-label="Close this message">
          ×
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
