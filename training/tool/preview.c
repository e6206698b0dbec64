// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/preview.h"

#include "training/corpus/sound_file.h"
#include "training/tool/render.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// How long a sound is wanted, seconds.
static const double wanted_s = 4.0;

struct Preview {
  char*  folder;
  char*  source; ///< Path
  char   goal[MODEL_NAME_SIZE];
  Sound  sound;
  Anchor player; ///< The timbre of `sound`
};

/// The file to judge by whose length is nearest to what is wanted.
static const char*
choose_file(const Corpus* const corpus)
{
  uint32_t best = 0;
  for (uint32_t file = 1; file < corpus_files(corpus, SPLIT_VALID); ++file) {
    const double a = fabs(corpus_file_seconds(corpus, SPLIT_VALID, file) - wanted_s);
    const double b = fabs(corpus_file_seconds(corpus, SPLIT_VALID, best) - wanted_s);
    best           = a < b ? file : best;
  }
  return corpus_path(corpus, SPLIT_VALID, best);
}

static Status
write_sound(const Preview* const preview, const Sound* const sound, const char* const name,
            Diagnostic* const why)
{
  char* path = NULL;
  if (asprintf(&path, "%s/%s.wav", preview->folder, name) < 0) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for a preview");
  }
  const Status status = sound_write(sound, path, why);
  free(path);
  return status;
}

static Status
make_folder(const char* const folder, Diagnostic* const why)
{
  return mkdir(folder, 0777) && errno != EEXIST
           ? diagnose(why, STATUS_IO, "%s: %s", folder, strerror(errno))
           : STATUS_SUCCESS;
}

Status
preview_new(const char* const folder, const Corpus* const corpus, Preview** const preview,
            Diagnostic* const why)
{
  Preview* const made   = calloc(1, sizeof(Preview));
  Status         status = STATUS_SUCCESS;
  if (made) {
    made->folder = strdup(folder);
    made->source = strdup(choose_file(corpus));
  }
  if (!made || !made->folder || !made->source) {
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory for a preview");
  }
  status = status ? status : make_folder(folder, why);
  status = status ? status : sound_read(made->source, &made->sound, why);
  status = status ? status : render_anchor(made->source, &made->sound, &made->player, why);
  status = status ? status : write_sound(made, &made->sound, "as-played", why);
  if (status) {
    preview_free(made);
    return status;
  }
  *preview = made;
  return STATUS_SUCCESS;
}

void
preview_free(Preview* const preview)
{
  if (preview) {
    sound_clear(&preview->sound);
    free(preview->source);
    free(preview->folder);
    free(preview);
  }
}

/// Squared distance of a timbre from the player's.
static double
distance(const Preview* const preview, const ModelAnchor* const anchor)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const double d = (double)anchor->shape_db[b] - preview->player.shape_db[b];
    sum += d * d;
  }
  return sum;
}

static void
choose_goal(Preview* const preview, const MorphSpace* const space)
{
  uint32_t furthest = 0;
  for (uint32_t i = 1; i < space->n_anchors; ++i) {
    if (distance(preview, &space->anchors[i]) > distance(preview, &space->anchors[furthest])) {
      furthest = i;
    }
  }
  if (space->n_anchors) {
    strcpy(preview->goal, space->anchors[furthest].name);
  }
}

Status
preview_write(Preview* const preview, const Model* const model, const char* const name,
              Diagnostic* const why)
{
  if (!*preview->goal) {
    choose_goal(preview, &model->morph);
  }
  MorphPlan plan       = { .model = model, .from = &preview->player };
  plan.params          = morpher_params_default();
  plan.params.amount   = 1.0f;
  plan.params.known[0] = render_known(model, preview->goal);
  if (!plan.params.known[0]) {
    return diagnose(why, STATUS_BAD_OPTION, "no timbre has a name that a preview could go to");
  }

  Sound  out    = { 0 };
  Status status = render_morph(&plan, &preview->sound, &out, why);
  status        = status ? status : write_sound(preview, &out, name, why);
  sound_clear(&out);
  return status;
}

const char*
preview_source(const Preview* const preview)
{
  return preview->source;
}

const char*
preview_goal(const Preview* const preview)
{
  return preview->goal;
}
