// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_NETWORK_MODEL_FILE_H
#define LAMINA_DSP_NETWORK_MODEL_FILE_H

#include "dsp/network/model.h"
#include "dsp/status.h"

#include <stddef.h>

/// Longest header, bytes.
#define MODEL_MAX_HEADER ((size_t)1 << 18)

/// Longest file, bytes: length, header and weights.
#define MODEL_MAX_FILE (8 + MODEL_MAX_HEADER + (size_t)MODEL_MAX_WEIGHTS * sizeof(float))

/// Version of the file's contents.  A reader refuses any other.
#define MODEL_VERSION 1

/**
   Read a model file: safetensors.

       8 bytes      n, length of the header, little-endian
       n bytes      JSON: {"__metadata__": {…strings…}, "encoder.0.weight": {"dtype": "F32",
                    "shape": [taps, in, out], "data_offsets": [from, to]}, …}, padded by spaces
       the rest     raw little-endian tensors, without gaps

   Tensors are encoder.N.weight [taps, in, out], encoder.N.bias [out], then those of the decoder,
   all in 32 bits (F32) or in 16 (F16); of a gated layer `out` counts candidates and then gates;
   in a bypassed model then encoder.bypass.weight [1, in, out], encoder.bypass.bias [out], and the
   decoder's; in a morph model then code.low [code], code.high [code] and, if it has anchors,
   anchors.code [anchors, code] and anchors.shape_db [anchors, bands].
   What __metadata__ says is in model_metadata.h.

   Files come from strangers: every length, offset, shape and number is checked before it is
   used, and nothing is allocated on the file's word alone.  Allocates; not for the audio thread.

   @param path File.
   @param model Set on success, owned by the caller; untouched otherwise.
   @param why One line that names the file and the fault.
   @return STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_FILE or STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
model_read(const char* path, Model** model, Diagnostic* why);

/// The same from memory.  @param name Names the source in `why`.
NODISCARD
Status
model_parse(const char* name, size_t size, const void* bytes, Model** model, Diagnostic* why);

/**
   Write a model file beside `path`, then rename it: on failure what was there is still there.

   The same model makes the same bytes.

   @return STATUS_IO or STATUS_NO_MEMORY on failure; STATUS_BAD_FILE, and nothing written, for a
   model that model_read() would refuse, such as one whose training ended in NaN.
*/
NODISCARD
Status
model_write(const Model* model, const char* path, Diagnostic* why);

#endif
