import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT_CONTEXT, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { itemKey } from '../core/item.ts';
import { parseKey, type ResourceKey } from '../core/resource.ts';
import type { Driver } from '../ports/driver.ts';
import type { Instruments, PassResult } from '../ports/instruments.ts';

/** A collector that does not answer holds up nobody's end. */
const longestEndMs = 1_000;

/** Traces of what an operator does: a span for each pass, and in it one for each call to a driver that the pass began. */
export interface Tracing {
  /** The same instruments, which trace passes besides. */
  instruments(inner: Instruments): Instruments;
  driver(driver: Driver): Driver;
  /** Sends what has not been sent yet. */
  end(): Promise<void>;
}

/**
 * Sends spans by OTLP over HTTP to where the environment says (OTEL_EXPORTER_OTLP_ENDPOINT, ..._HEADERS and the others of
 * the OpenTelemetry specification, "OTLP Exporter Configuration").
 */
export function openTracing(version: string): Tracing {
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'mcpnet', 'service.version': version })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const spans = new Spans(provider.getTracer('mcpnet', version));
  return {
    instruments: (inner) => ({
      ...delegate(inner),
      pass: (key, work) => {
        spans.pass(key, () => {
          let result: PassResult = 'error';
          inner.pass(key, () => (result = work()));
          return result;
        });
      },
    }),
    driver: (driver) => ({
      name: driver.name,
      types: driver.types,
      list: (signal) => spans.call(driver, 'list', {}, () => driver.list(signal)),
      read: (ref, signal) => spans.call(driver, 'read', { item: itemKey(ref) }, () => driver.read(ref, signal)),
      apply: (action, signal) => {
        const { verb, item, cause } = action;
        return spans.call(driver, verb, { item: itemKey(item), cause }, () => driver.apply(action, signal));
      },
      watch: (hint, signal) => {
        driver.watch(hint, signal);
      },
    }),
    end: async () => {
      await Promise.race([provider.shutdown().catch(() => undefined), delay(longestEndMs, undefined, { ref: false })]);
    },
  };
}

interface Current {
  readonly context: Context;
  /** Whether a call was begun. */
  hasActed: boolean;
}

/** A pass that found nothing to do is not worth a span: there would be one for each service every 30 s. */
class Spans {
  readonly #tracer: Tracer;
  readonly #current = new AsyncLocalStorage<Current>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  pass(key: ResourceKey, work: () => PassResult): void {
    const { kind, namespace, name } = parseKey(key);
    const attributes = { 'mcpnet.kind': kind, 'mcpnet.namespace': namespace, 'mcpnet.name': name };
    const span = this.#tracer.startSpan('pass', { attributes, root: true });
    const current: Current = { context: trace.setSpan(ROOT_CONTEXT, span), hasActed: false };
    this.#current.run(current, () => {
      const result = work();
      span.setAttribute('mcpnet.result', result);
      if (result === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
      if (current.hasActed || result === 'error') span.end();
    });
  }

  async call<Result>(
    { name }: Driver,
    verb: string,
    about: Readonly<Record<string, string>>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const attributes = Object.fromEntries(Object.entries(about).map(([field, value]) => [`mcpnet.${field}`, value]));
    // A list is nobody's: it may have been asked for by a timer of a pass that is long over.
    const current = verb === 'list' ? undefined : this.#current.getStore();
    if (current) current.hasActed = true;
    const parent = current?.context ?? ROOT_CONTEXT;
    const span = this.#tracer.startSpan(`${name} ${verb}`, { attributes }, parent);
    try {
      return await work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  }
}

function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
}

function delegate(inner: Instruments): Instruments {
  return {
    pass: (key, work) => {
      inner.pass(key, work);
    },
    enqueued: () => {
      inner.enqueued();
    },
    requeued: () => {
      inner.requeued();
    },
    dequeued: (waitedMs) => {
      inner.dequeued(waitedMs);
    },
    actionEnded: (key, action, fault) => {
      inner.actionEnded(key, action, fault);
    },
    revisionSettled: (key, result) => {
      inner.revisionSettled(key, result);
    },
  };
}
