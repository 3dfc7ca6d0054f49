import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { App } from './app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/overview.css';
import './styles/lot.css';
import './styles/print.css';

// The faster parsers are compiled from text, which the page's content security policy refuses.
z.config({ jitless: true });

const root = document.getElementById('root');
if (!root) throw new Error('the page has no place for its content');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
