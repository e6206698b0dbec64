// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Microseconds of processor time that ONNX Runtime takes for one frame; see inference.sh.
//
//   node onnx_time.js FOLDER_WITH_PACKAGE GRAPH FRAMES

const { createRequire } = require('module');
const [folder, graph, frames] = process.argv.slice(2);
const ort = createRequire(folder + '/')('onnxruntime-node');

const N_RUNS = 150;

async function main() {
  const session = await ort.InferenceSession.create(graph, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const n = session.inputMetadata[0].shape[1];
  const x = new Float32Array(frames * n).map((_, i) => 0.5 + 0.001 * (i % 100));
  const feeds = { x: new ort.Tensor('float32', x, [Number(frames), n]) };
  const us = [];
  for (let r = 0; r < N_RUNS; ++r) {
    const before = process.cpuUsage();
    await session.run(feeds);
    const spent = process.cpuUsage(before);
    us.push((spent.user + spent.system) / frames);
  }
  us.sort((a, b) => a - b);
  console.log(us[0].toFixed(1), us[N_RUNS / 2].toFixed(1));
}

main();
