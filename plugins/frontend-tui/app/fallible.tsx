/** What is drawn from the data of plugins may throw: it is then drawn no longer, and all else stays. */
import { Component, type ReactNode } from "react";

interface FallibleProps {
  readonly children: ReactNode;
  /** Once, with what was thrown. */
  onBroken(cause: unknown): void;
}

export class Fallible extends Component<FallibleProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidCatch(cause: unknown) {
    this.props.onBroken(cause);
  }

  override render() {
    return this.state.isBroken ? null : this.props.children;
  }
}
