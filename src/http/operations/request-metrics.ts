import type { SecurityEvent } from '../../core/events.ts';
import { createCounter, createHistogram, type Family } from '../../core/metrics.ts';
import type { AccessLine } from '../serve-request.ts';

/** Counts what the edge serves. */
export interface RequestMetrics {
  served(line: AccessLine): void;
  happened(event: SecurityEvent): void;
  families(): readonly Family[];
}

/** In seconds: from a cached answer to a password hash behind a queue. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Node knows some forty methods; those that we serve are told apart, so that strangers cannot grow the list. */
const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** A new set of counters at zero. Routes come from the table, reasons and events from our code: all closed sets. */
export function createRequestMetrics(): RequestMetrics {
  const requests = createCounter('microauth_requests_total', 'Requests that were answered', ['route', 'method', 'status']);
  const durations = createHistogram('microauth_request_duration_seconds', 'From the whole request to the answer', ['route', 'method'], bounds);
  const failures = createCounter('microauth_failures_total', 'Requests that were refused, by the reason in the log', ['reason']);
  const events = createCounter('microauth_events_total', 'Events of the security log, such as sign_in_succeeded and sign_in_failed', ['event']);
  return {
    served({ path, method, status, duration, reason }) {
      const route = { route: path, method: methods.has(method) ? method : 'other' };
      requests.add({ ...route, status: String(status) });
      durations.observe(route, duration / 1000);
      if (reason !== undefined) {
        failures.add({ reason });
      }
    },
    happened: ({ event }) => events.add({ event }),
    families: () => [requests.family(), durations.family(), failures.family(), events.family()],
  };
}
