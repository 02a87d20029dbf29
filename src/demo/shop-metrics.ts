/** The checkout service's `/metrics` page, in Prometheus's text format. */

const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

interface Histogram {
  counts: number[];
  sum: number;
  count: number;
}

export class ShopMetrics {
  readonly #startedSeconds = Date.now() / 1_000;
  readonly #requests = new Map<string, number>();
  readonly #latency = new Map<string, Histogram>();

  observe(route: string, code: number, version: string, seconds: number): void {
    const labels = `service="checkout",route="${route}",code="${code}",version="${version}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    const key = `service="checkout",route="${route}",version="${version}"`;
    const histogram = this.#latency.get(key) ?? { counts: BUCKETS_SECONDS.map(() => 0), sum: 0, count: 0 };
    BUCKETS_SECONDS.forEach((bound, index) => {
      if (seconds <= bound) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
    });
    histogram.sum += seconds;
    histogram.count += 1;
    this.#latency.set(key, histogram);
  }

  page(version: string): string {
    const lines = ["# HELP http_requests_total Requests answered.", "# TYPE http_requests_total counter"];
    for (const [labels, count] of this.#requests) lines.push(`http_requests_total{${labels}} ${count}`);
    const name = "http_request_duration_seconds";
    lines.push(`# HELP ${name} Time to answer a request.`, `# TYPE ${name} histogram`);
    for (const [labels, { counts, sum, count }] of this.#latency) {
      BUCKETS_SECONDS.forEach((bound, index) => {
        lines.push(`${name}_bucket{${labels},le="${bound}"} ${counts[index]}`);
      });
      lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`, `${name}_sum{${labels}} ${sum}`);
      lines.push(`${name}_count{${labels}} ${count}`);
    }
    lines.push("# HELP checkout_build_info The version that answers now.", "# TYPE checkout_build_info gauge");
    lines.push(`checkout_build_info{service="checkout",version="${version}"} 1`);
    lines.push("# HELP process_start_time_seconds Start of the process.", "# TYPE process_start_time_seconds gauge");
    lines.push(`process_start_time_seconds ${this.#startedSeconds}`);
    return `${lines.join("\n")}\n`;
  }
}
