// Loaded before Vercel's command line: names its API's host to be this machine, and lets nothing go elsewhere.
const dns = require("node:dns");
const net = require("node:net");

const LOCAL = /^(localhost|127(\.\d+){3}|::1)$/i;
const HOST = "api.vercel.com";
const refuse = (name) => Object.assign(new Error(`${name} is not this machine`), { code: "ENOTFOUND" });

const answer = (name, options, callback) => {
  const done = typeof options === "function" ? options : callback;
  const all = typeof options === "object" && options?.all;
  if (name !== HOST && !LOCAL.test(name)) return process.nextTick(done, refuse(name));
  const found = { address: "127.0.0.1", family: 4 };
  return process.nextTick(done, null, ...(all ? [[found]] : [found.address, found.family]));
};
dns.lookup = answer;
dns.promises.lookup = (name, options) =>
  new Promise((resolve, reject) =>
    answer(name, { ...options, all: true }, (error, found) =>
      error ? reject(error) : resolve(options?.all ? found : found[0]),
    ),
  );

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (options && typeof options === "object" && options.host) options.lookup = answer;
  return connect.apply(this, args);
};
