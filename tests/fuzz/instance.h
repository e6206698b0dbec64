// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_FUZZ_INSTANCE_H
#define LAMINA_TESTS_FUZZ_INSTANCE_H

#include <lv2/core/lv2.h>

#include <stddef.h>
#include <stdint.h>

/// Samples of one block.
#define INSTANCE_BLOCK 64u

/**
   A plugin of the binary in the smallest of hosts, at 8 kHz: there is urid:map, the same for all
   instances, work:schedule, which works at once, and no model in the bundle.
*/
typedef struct Instance Instance;

/// @param index Any; one of the binary's plugins by its remainder.  @return Owned by the caller.
Instance*
instance_new(uint32_t index);

void
instance_free(Instance* instance);

const LV2_Feature* const*
instance_features(const Instance* instance);

LV2_Handle
instance_handle(Instance* instance);

/// State or worker.
const void*
instance_extension(const Instance* instance, const char* uri);

/// The number that stands for a URI.
uint32_t
instance_urid(const char* uri);

/**
   Run a block of noise, which must come out as numbers.

   @param control Body of the sequence that comes in, [size].
   @param room Of the notify port, bytes.
   @param value Of all controls.
*/
void
instance_run(Instance* instance, size_t size, const uint8_t* control, uint32_t room, float value);

#endif
