import chromiumBinary from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Starts the Chromium that comes as an npm package. Close it when done. */
export async function launchBrowser(...further: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumBinary.executablePath(),
    // Root, as on build machines, may run Chromium only without its sandbox; the rest keeps it from calling home.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...further],
    headless: true,
  });
}
