/**
 * Tells the app that a request was refused because the session ended (401), whichever part of src/api sent it. The app
 * then asks for the secret again on top of the page, which keeps its state.
 */
type Listener = () => void;

const listeners = new Set<Listener>();

export function onSessionExpired(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function sessionExpired(): void {
  for (const listener of listeners) listener();
}
