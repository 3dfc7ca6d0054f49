import { Component, type ReactNode } from 'react';
import { Message } from './message.tsx';

interface Props {
  /** What cannot be shown when something in it fails, as `The chart`. */
  readonly what: string;
  readonly children: ReactNode;
}

/**
 * Keeps a failure to the part of the page that it happened in: a picture that cannot be drawn, or a file that a newer
 * version has replaced, must not take the rest with it. React knows boundaries as classes only.
 */
export class Boundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Message title={`${this.props.what} cannot be shown here`} tone="warn">
        Reload the page; it may be older than the gateway.
      </Message>
    );
  }
}
