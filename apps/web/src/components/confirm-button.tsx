/** A button for what cannot be undone: the first press asks, the second does it. */
import type { ReactElement } from "react";
import { useEffect, useState } from "react";

interface Props {
  readonly label: string;
  readonly question: string;
  readonly disabled?: boolean;
  onConfirm(): void;
}

export function ConfirmButton({ label, question, disabled = false, onConfirm }: Props): ReactElement {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return;
    const timer = window.setTimeout(() => setAsking(false), 4000);
    return () => window.clearTimeout(timer);
  }, [asking]);
  const press = (): void => {
    setAsking(!asking);
    if (asking) onConfirm();
  };
  return (
    <button type="button" className="button danger" disabled={disabled} onClick={press} onBlur={() => setAsking(false)}>
      {asking ? question : label}
    </button>
  );
}
