// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/bundle_check.h"

#include "dsp/network/model_file.h"
#include "training/preset/tree.h"

#include <stdlib.h>
#include <string.h>

static Status
check_card(const char* const path, const Model* const model, Diagnostic* const why)
{
  const char* const licence = model->card.licence;
  return licence && *licence ? STATUS_SUCCESS
                             : diagnose(why, STATUS_BAD_FILE,
                                        "%s: without a licence nobody may use it; "
                                        "lamina preset pack --licence sets one",
                                        path);
}

static Status
check_model(const char* const folder, const Preset* const preset, Diagnostic* const why)
{
  Model*      model  = NULL;
  char* const path   = tree_join(folder, preset->model);
  Status      status = path ? model_read(path, &model, why)
                            : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", folder);
  if (!status) {
    status = model_check_kind(model, path, preset->effect->kind, why);
  }
  if (!status) {
    status = check_card(path, model, why);
  }
  model_free(model);
  free(path);
  return status;
}

/// Whether the model of a preset has been checked with a preset before it.
static bool
is_checked(const Bundle* const bundle, const uint32_t index)
{
  const Preset* const preset  = &bundle->presets[index];
  bool                checked = false;
  for (uint32_t i = 0; i < index && !checked; ++i) {
    checked = bundle->presets[i].effect == preset->effect &&
              !strcmp(bundle->presets[i].model, preset->model);
  }
  return checked;
}

static Status
check_models(const char* const folder, const Bundle* const bundle, Diagnostic* const why)
{
  Status status = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < bundle->n; ++i) {
    if (!is_checked(bundle, i)) {
      status = check_model(folder, &bundle->presets[i], why);
    }
  }
  return status;
}

Status
bundle_check(const char* const folder, Bundle* const bundle, Diagnostic* const why)
{
  Tree   tree   = { 0 };
  Status status = tree_list(folder, &tree, why);
  tree_clear(&tree);
  if (!status) {
    status = bundle_read(folder, BUNDLE_STRICT, bundle, why);
  }
  if (!status) {
    status = check_models(folder, bundle, why);
    if (status) {
      bundle_clear(bundle);
    }
  }
  return status;
}
