// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_PLUGIN_HOST_FEATURE_H
#define LAMINA_PLUGIN_HOST_FEATURE_H

#include <lv2/core/lv2.h>

#include <stddef.h>
#include <string.h>

/**
   What a host offers under `uri`, or NULL.

   Hosts exist that pass no list, or a feature without a URI.
*/
static inline void*
host_feature(const LV2_Feature* const* const features, const char* const uri)
{
  for (size_t i = 0; features && features[i]; ++i) {
    if (features[i]->URI && !strcmp(features[i]->URI, uri)) {
      return features[i]->data;
    }
  }
  return NULL;
}

#endif
