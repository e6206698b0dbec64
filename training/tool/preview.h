// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_PREVIEW_H
#define LAMINA_TRAINING_TOOL_PREVIEW_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/corpus.h"

/**
   What a morph model sounds like while it is trained: one sound that is never learned from, moved
   all the way to one of the timbres that the model names, as `lamina morph` and the plugin do it.
*/
typedef struct Preview Preview;

/**
   Choose the sound, and write it as `as-played.wav`.

   It is the file to judge by whose length is nearest to four seconds.

   @param folder Where the files go; made where there is none.
   @param corpus Whose files are heard.
   @param preview Set on success, owned by the caller.
   @return STATUS_IO, STATUS_NO_MEMORY, or as render_anchor().
*/
NODISCARD
Status
preview_new(const char* folder, const Corpus* corpus, Preview** preview, Diagnostic* why);

/// Free; NULL is allowed.
void
preview_free(Preview* preview);

/**
   Render with a model as it stands.

   The goal is the model's timbre that is furthest from the sound's own, of the first model that is
   heard; later ones go to the timbre of that name.

   @param model Of MODEL_MORPH, with timbres.
   @param name Of the file, without its ".wav".
   @return STATUS_BAD_OPTION when the model has no timbre of that name; or as render_morph() and
   sound_write().
*/
NODISCARD
Status
preview_write(Preview* preview, const Model* model, const char* name, Diagnostic* why);

/// Path of the file that is heard, owned by `preview`.
const char*
preview_source(const Preview* preview);

/// Name of the timbre that it goes to, owned by `preview`; "" before the first is written.
const char*
preview_goal(const Preview* preview);

#endif
