// Loaded before a Node program (NODE_OPTIONS=--require): every connection that would leave this machine ends at the
// ports of the run. All of http, https, tls, http2, fetch, undici, axios and the SDKs' own agents come through
// net.Socket.prototype.connect. Loopback and unix sockets are left alone.
"use strict";

const LOADED = Symbol.for("greenroom.hook");
const told = process.env.GREENROOM_HOOK;
const settings = told ? JSON.parse(told) : null;

if (settings && !globalThis[LOADED]) {
  Object.defineProperty(globalThis, LOADED, { value: true });
  install();
}

function install() {
  const net = require("node:net");
  const dns = require("node:dns");
  const fs = require("node:fs");
  const { syncBuiltinESMExports } = require("node:module");

  const FRONTS = { 443: settings.tls, 80: settings.http };
  const NAMED = /^127\.42\.\d+\.\d+$/;
  const names = new Map(); // address of the private range → host name
  const addresses = new Map(); // and back
  const connect = net.Socket.prototype.connect;

  net.Socket.prototype.connect = function (...args) {
    const normalized = Array.isArray(args[0]);
    const given = normalized ? args[0][0] : args[0];
    const options =
      given !== null && typeof given === "object"
        ? given
        : { port: given, host: typeof args[1] === "string" ? args[1] : undefined };
    if (options.path || (typeof given === "string" && Number.isNaN(Number(given)))) return connect.apply(this, args);
    const asked = String(options.host ?? "localhost");
    const host = names.get(asked) ?? asked;
    const port = Number(options.port);
    if (isLocal(host) || isAllowed(host, port)) return connect.apply(this, args);
    const front = net.isIP(host) ? undefined : FRONTS[port];
    if (front === undefined) return refuse(this, args, asked, host, port);
    const target = { ...options, host: "127.0.0.1", port: front };
    for (const name of ["lookup", "family", "localAddress", "localPort", "autoSelectFamily"]) delete target[name];
    if (normalized) {
      args[0][0] = target; // the same array: it carries a mark of Node's own
      return connect.apply(this, args);
    }
    const callback = args.findLast?.((each) => typeof each === "function") ?? args.find((each) => typeof each === "function");
    return connect.call(this, target, ...(callback ? [callback] : []));
  };

  function refuse(socket, args, asked, host, port) {
    report(`${host}:${port}`);
    const text = `connect ECONNREFUSED ${asked}:${port} (Greenroom lets nothing but http and https out of this run; --allow ${host}:${port} would)`;
    const error = Object.assign(new Error(text), {
      errno: -111, code: "ECONNREFUSED", syscall: "connect", address: asked, port,
    });
    const given = Array.isArray(args[0]) ? args[0][1] : args[args.length - 1];
    if (typeof given === "function") socket.once("connect", given);
    socket.connecting = true;
    process.nextTick(() => socket.destroy(error));
    return socket;
  }

  function report(target) {
    try {
      fs.appendFileSync(settings.blocked, `${target}\n`);
    } catch {
      // The run is over, or the program may not write there: it is refused all the same.
    }
  }

  function isLocal(host) {
    const name = host.toLowerCase().replace(/\.$/, "").replace(/^\[|\]$/g, "");
    if (name === "localhost" || name.endsWith(".localhost") || name === "::1" || name === "::") return true;
    if (name === "0.0.0.0" || /^::ffff:127\./.test(name)) return true;
    return /^127\.\d+\.\d+\.\d+$/.test(name) && !NAMED.test(name);
  }

  function isAllowed(host, port) {
    return settings.allow.some(([name, at]) => name === host.toLowerCase() && (at === null || at === port));
  }

  // What a function carries besides its code (how util.promisify is to treat it) goes over to what stands in for it.
  function imitating(original, replacement) {
    for (const name of Reflect.ownKeys(original)) {
      if (typeof name === "symbol") Object.defineProperty(replacement, name, Object.getOwnPropertyDescriptor(original, name));
    }
    return replacement;
  }

  // --- name look-ups: an address of a private loopback range for each name, so that nobody is asked ---------------

  function addressOf(name) {
    let address = addresses.get(name);
    if (address === undefined) {
      const number = (addresses.size % 65000) + 1;
      address = `127.42.${number >> 8}.${number & 255}`;
      addresses.set(name, address);
      names.set(address, name);
    }
    return address;
  }

  const ours = (name) =>
    typeof name === "string" && name !== "" && !net.isIP(name) && !isLocal(name) &&
    !settings.allow.some(([allowed]) => allowed === name.toLowerCase());

  const lookup = dns.lookup;
  dns.lookup = imitating(lookup, function (name, options, callback) {
    const done = typeof options === "function" ? options : callback;
    if (!ours(name) || typeof done !== "function") return lookup.apply(this, arguments);
    const found = { address: addressOf(name.toLowerCase()), family: 4 };
    if (options && typeof options === "object" && options.all) process.nextTick(done, null, [found]);
    else process.nextTick(done, null, found.address, found.family);
    return {};
  });
  const { promises } = dns;
  const promised = promises.lookup;
  promises.lookup = async function (name, options) {
    if (!ours(name)) return promised.apply(this, arguments);
    const found = { address: addressOf(name.toLowerCase()), family: 4 };
    return options?.all ? [found] : found;
  };

  const nothing = (name, kind) =>
    Object.assign(new Error(`query${kind} ENOTFOUND ${name}`), { errno: undefined, code: "ENOTFOUND", syscall: `query${kind}`, hostname: name });
  const kinds = Object.keys(dns).filter((name) => /^resolve/.test(name));
  for (const owner of [dns, dns.Resolver.prototype]) {
    for (const kind of kinds) {
      const original = owner[kind];
      if (typeof original !== "function") continue;
      owner[kind] = imitating(original, function (name, ...rest) {
        const done = rest[rest.length - 1];
        if (!ours(name) || typeof done !== "function") return original.call(this, name, ...rest);
        const addressed = kind === "resolve4" || (kind === "resolve" && (rest.length === 1 || rest[0] === "A"));
        if (addressed) process.nextTick(done, null, [addressOf(name.toLowerCase())]);
        else process.nextTick(done, nothing(name, kind.slice(7)));
        return {};
      });
    }
  }
  for (const owner of [promises, promises.Resolver.prototype]) {
    for (const kind of kinds) {
      const original = owner[kind];
      if (typeof original !== "function") continue;
      owner[kind] = async function (name, ...rest) {
        if (!ours(name)) return original.call(this, name, ...rest);
        const addressed = kind === "resolve4" || (kind === "resolve" && (rest.length === 0 || rest[0] === "A"));
        if (addressed) return [addressOf(name.toLowerCase())];
        throw nothing(name, kind.slice(7));
      };
    }
  }

  datagrams();
  children();
  workers();
  syncBuiltinESMExports();

  // --- datagrams: none leaves ---------------------------------------------------------------------------------------

  function datagrams() {
    const dgram = require("node:dgram");
    for (const name of ["send", "connect"]) {
      const original = dgram.Socket.prototype[name];
      dgram.Socket.prototype[name] = function (...args) {
        const host = args.slice(1).find((each) => typeof each === "string") ?? "localhost";
        if (isLocal(host)) return original.apply(this, args);
        report(`${host} (udp)`);
        const error = Object.assign(new Error(`${name} ECONNREFUSED ${host}`), { code: "ECONNREFUSED", syscall: name, address: host });
        const done = args[args.length - 1];
        if (typeof done === "function") process.nextTick(done, error);
        else process.nextTick(() => this.emit("error", error));
        return undefined;
      };
    }
  }

  // --- children and workers: a program that gives them an environment of its own takes the hook along --------------

  function kept(environment) {
    const merged = { ...environment };
    for (const [name, value] of Object.entries(settings.env)) {
      if (name === "NODE_OPTIONS" || name === "PYTHONPATH") {
        const own = settings.hooks[name];
        const before = merged[name];
        if (!before) merged[name] = own;
        else if (!before.includes(own)) merged[name] = name === "PYTHONPATH" ? `${own}${settings.separator}${before}` : `${before} ${own}`;
      } else if (merged[name] === undefined) merged[name] = value;
    }
    merged.GREENROOM_HOOK = told;
    return merged;
  }

  function children() {
    const child = require("node:child_process");
    const spawn = child.ChildProcess.prototype.spawn;
    child.ChildProcess.prototype.spawn = function (options) {
      if (options && Array.isArray(options.envPairs)) {
        const given = Object.fromEntries(options.envPairs.map((pair) => split(pair)));
        const merged = kept(given);
        options.envPairs = Object.entries(merged).map(([name, value]) => `${name}=${value}`);
      }
      return spawn.call(this, options);
    };
    for (const name of ["spawnSync", "execSync", "execFileSync"]) {
      const original = child[name];
      child[name] = function (...args) {
        const at = args.findIndex((each, index) => index > 0 && each !== null && typeof each === "object" && !Array.isArray(each));
        const options = at < 0 ? {} : args[at];
        const changed = { ...options, env: kept(options.env ?? process.env) };
        if (at < 0) args.push(changed);
        else args[at] = changed;
        return original.apply(this, args);
      };
    }
  }

  function split(pair) {
    const at = pair.indexOf("=", 1);
    return [pair.slice(0, at), pair.slice(at + 1)];
  }

  function workers() {
    const threads = require("node:worker_threads");
    const { Worker } = threads;
    threads.Worker = class extends Worker {
      constructor(file, options = {}) {
        const changed = { ...options };
        if (options.env && typeof options.env === "object") changed.env = kept(options.env);
        super(file, changed);
      }
    };
    Object.defineProperty(threads.Worker, "name", { value: "Worker" });
  }
}
