// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// RNNoise as WebAssembly over a WAV file of 16 bits, one channel, 48 kHz.
//
//   node rnnoise.mjs BUILD IN OUT
//
// BUILD is small or jitsi, the two that @jitsi/rnnoise-wasm holds, or shiguredo, that of
// @shiguredo/rnnoise-wasm.  Both packages are in node_modules of $RIVALS_FOLDER, and beside it the
// files rnnoise.mjs and rnnoise-sync.mjs: those of the first package, under names by which node
// takes them for modules.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const FRAME = 480;
const RATE = 48000;

// All want samples of the size of 16-bit integers, as floats.
function frameByFrame(wasm) {
  const state = wasm._rnnoise_create(0);
  const place = wasm._malloc(FRAME * 4);
  return (frame) => {
    wasm.HEAPF32.set(frame, place / 4);
    wasm._rnnoise_process_frame(state, place, place);
    frame.set(wasm.HEAPF32.subarray(place / 4, place / 4 + FRAME));
  };
}

// Each returns a function that changes a frame in place.
const builds = {
  async small(folder) {
    const { default: create } = await import(pathToFileURL(`${folder}/rnnoise.mjs`).href);
    const file = `${folder}/node_modules/@jitsi/rnnoise-wasm/dist/rnnoise.wasm`;
    return frameByFrame(await create({ wasmBinary: readFileSync(file) }));
  },
  async jitsi(folder) {
    const { default: create } = await import(pathToFileURL(`${folder}/rnnoise-sync.mjs`).href);
    return frameByFrame(create());
  },
  async shiguredo(folder) {
    // It is built for pages and asks for no more of them than this.
    globalThis.window ??= globalThis;
    const file = `${folder}/node_modules/@shiguredo/rnnoise-wasm/dist/rnnoise.js`;
    const { Rnnoise } = await import(pathToFileURL(file).href);
    const state = (await Rnnoise.load()).createDenoiseState();
    return (frame) => {
      state.processFrame(frame);
    };
  },
};

// The samples of a WAV, as Float32Array.
function readWav(path) {
  const bytes = readFileSync(path);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (name === "fmt " && bytes.readUInt32LE(at + 12) !== RATE) {
      throw new Error(`${path}: RNNoise runs at ${RATE} Hz only`);
    }
    if (name === "fmt " && (bytes.readUInt16LE(at + 10) !== 1 || bytes.readUInt16LE(at + 22) !== 16)) {
      throw new Error(`${path}: not one channel of 16 bits`);
    }
    if (name === "data") {
      const samples = new Float32Array(size / 2);
      for (let i = 0; i < samples.length; ++i) {
        samples[i] = bytes.readInt16LE(at + 8 + 2 * i);
      }
      return samples;
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${path}: no samples`);
}

function writeWav(path, samples) {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(2 * RATE, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(2 * samples.length, 40);
  for (let i = 0; i < samples.length; ++i) {
    bytes.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(samples[i]))), 44 + 2 * i);
  }
  writeFileSync(path, bytes);
}

const [which, from, to] = process.argv.slice(2);
const folder = process.env.RIVALS_FOLDER ?? process.cwd();
const denoise = await builds[which](folder);
const samples = readWav(from);
const frame = new Float32Array(FRAME);
for (let at = 0; at < samples.length; at += FRAME) {
  const part = samples.subarray(at, at + FRAME);
  frame.fill(0);
  frame.set(part);
  denoise(frame);
  part.set(frame.subarray(0, part.length));
}
writeWav(to, samples);
