// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/pack.h"

#include "dsp/file.h"
#include "dsp/network/model_file.h"
#include "training/preset/archive.h"
#include "training/preset/bundle_check.h"
#include "training/preset/member.h"
#include "training/preset/place.h"
#include "training/preset/text.h"
#include "training/preset/tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// One bundle being made.
typedef struct {
  const PackOptions* options;
  Diagnostic*        why;
  PresetText         text;
  Model*             model;
  void*              bytes; ///< The model file, [text.model_size]; NULL when it is written anew
  char*              out;   ///< Where it goes
  char*              name;  ///< NAME.lv2
  char*              file;  ///< The model in it
  char*              stage; ///< Folder where it is made
  char*              built; ///< The bundle in it
} Pack;

static Status
no_memory(const Pack* const pack)
{
  return diagnose(pack->why, STATUS_NO_MEMORY, "%s: not enough memory", pack->options->model);
}

static const char*
last_part(const char* const path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/// A name for a file: letters and digits, and "-" for all that is between them.
static char*
make_slug(const char* const start, const char* const text, const size_t length,
          const char* const end)
{
  char* const slug = malloc(strlen(start) + length + strlen(end) + sizeof("preset"));
  if (!slug) {
    return NULL;
  }
  char* const first = stpcpy(slug, start);
  char*       out   = first;
  for (size_t i = 0; i < length && out - first < (ptrdiff_t)MEMBER_MAX_PATH / 2; ++i) {
    const unsigned char c = (unsigned char)text[i];
    if (c < 128 && (isalnum(c) || (c == '_' && out > first) || (c == '.' && out > first))) {
      *out++ = (char)c;
    } else if (out > first && out[-1] != '-') {
      *out++ = '-';
    }
  }
  while (out > first && !isalnum((unsigned char)out[-1])) {
    --out;
  }
  stpcpy(out > first ? out : stpcpy(out, "preset"), end);
  return slug;
}

/// SPDX expressions are made of these.
static bool
is_expression(const char* const licence)
{
  static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+:() ";
  return *licence && !licence[strspn(licence, all)] && *licence != ' ';
}

/// Settle under which licence the model goes.
static Status
choose_licence(Pack* const pack)
{
  const PackOptions* const options = pack->options;
  const char* const        own     = pack->model->card.licence;
  const bool               has_own = own && *own;
  const char* const        given   = options->licence;
  if (given && !is_expression(given)) {
    return diagnose(pack->why, STATUS_BAD_OPTION,
                    "--licence %.80s: an SPDX expression is needed, as CC-BY-4.0", given);
  }
  if (!has_own && !given) {
    return diagnose(pack->why, STATUS_BAD_OPTION,
                    "%s: has no licence, so nobody could use it; "
                    "give it one, as in --licence CC-BY-4.0",
                    options->model);
  }
  if (has_own && given && strcmp(own, given) != 0) {
    return diagnose(pack->why, STATUS_BAD_OPTION,
                    "%s: is under %.80s already; --licence is for "
                    "models without one",
                    options->model, own);
  }
  if (!has_own) {
    free(pack->model->card.licence);
    pack->model->card.licence = strdup(given);
  }
  pack->text.licence = pack->model->card.licence;
  return pack->text.licence ? STATUS_SUCCESS : no_memory(pack);
}

static Status
choose_effect(Pack* const pack)
{
  const PackOptions* const options = pack->options;
  pack->text.effect = options->effect ? options->effect : effect_of_kind(pack->model->kind);
  if (!pack->text.effect) {
    return diagnose(pack->why, STATUS_BAD_FILE, "%s: no plugin runs %s", options->model,
                    model_kind_noun(pack->model->kind));
  }
  Status status = model_check_kind(pack->model, options->model, pack->text.effect->kind, pack->why);
  effect_reset(pack->text.effect, pack->text.values);
  for (uint32_t i = 0; !status && i < options->n_settings; ++i) {
    status = effect_set(pack->text.effect, options->settings[i], pack->text.values, pack->why);
  }
  return status;
}

static Status
choose_words(Pack* const pack)
{
  const PackOptions* const options = pack->options;
  pack->text.label                 = options->name ? options->name : pack->model->card.name;
  pack->text.comment               = options->comment;
  if (!pack->text.label || !*pack->text.label) {
    return diagnose(pack->why, STATUS_BAD_OPTION, "%s: has no name; give it one by --name",
                    options->model);
  }
  if (!preset_text_is_plain(pack->text.label) ||
      (options->comment && !preset_text_is_plain(options->comment))) {
    return diagnose(pack->why, STATUS_BAD_OPTION,
                    "the name and the comment have to be one line of UTF-8 each");
  }
  return STATUS_SUCCESS;
}

/// The bundle's name from that of an archive, or of its folder.
static char*
bundle_name(const char* const out)
{
  static const char* const endings[] = { ".tar.gz", ".tgz", ".zip", ".lv2" };

  char*  name   = NULL;
  size_t length = strlen(out);
  for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); ++i) {
    const size_t n = strlen(endings[i]);
    if (length > n && !strncmp(out + length - n, endings[i], n)) {
      length -= n;
    }
  }
  return asprintf(&name, "%.*s.lv2", (int)length, out) < 0 ? NULL : name;
}

/// Settle what the files are called.
static Status
choose_names(Pack* const pack)
{
  const PackOptions* const options = pack->options;
  const char* const        model   = last_part(options->model);
  const char* const        label   = pack->text.label;
  const char* const        dot     = strrchr(model, '.');
  pack->out                        = options->out ? strdup(options->out)
                                                  : make_slug("lamina-", label, strlen(label), ".lv2");
  pack->file = make_slug("", model, dot ? (size_t)(dot - model) : strlen(model), ".safetensors");
  if (!pack->out || !pack->file) {
    return no_memory(pack);
  }
  for (size_t n = strlen(pack->out); n > 1 && pack->out[n - 1] == '/'; --n) {
    pack->out[n - 1] = '\0';
  }
  const char* const last   = last_part(pack->out);
  const size_t      length = strlen(last);
  if (!archive_is_named(last) && (length < 5 || strcmp(last + length - 4, ".lv2") != 0)) {
    return diagnose(pack->why, STATUS_BAD_OPTION, "%s: NAME.lv2, NAME.zip or NAME.tar.gz is needed",
                    pack->out);
  }
  pack->name        = bundle_name(last);
  pack->text.bundle = pack->name;
  pack->text.file   = pack->file;
  return pack->name ? member_check_bundle_name(pack->name, pack->why) : no_memory(pack);
}

static Status
read_model(Pack* const pack)
{
  size_t size   = 0;
  Status status = file_read(pack->options->model, MEMBER_MAX_SIZE, &size, &pack->bytes, pack->why);
  if (!status) {
    status = model_parse(pack->options->model, size, pack->bytes, &pack->model, pack->why);
  }
  pack->text.model      = pack->model;
  pack->text.model_size = size;
  if (!status) {
    status = choose_effect(pack);
  }
  const bool licensed = !status && pack->model->card.licence && *pack->model->card.licence;
  if (!status) {
    status = choose_licence(pack);
  }
  if (!status && !licensed) {
    // It is to say its licence wherever it goes.
    free(pack->bytes);
    pack->bytes = NULL;
  }
  return status;
}

static Status
write_file(const Pack* const pack, const char* const name, const size_t size,
           const void* const bytes)
{
  char* const  path   = tree_join(pack->built, name);
  const Status status = path ? file_replace(path, size, bytes, pack->why) : no_memory(pack);
  free(path);
  return status;
}

/// Write the model, as it is or with its licence, and tell its size and hash.
static Status
write_model(Pack* const pack)
{
  char* const path   = tree_join(pack->built, pack->file);
  size_t      size   = (size_t)pack->text.model_size;
  Status      status = !path         ? no_memory(pack)
                       : pack->bytes ? file_replace(path, size, pack->bytes, pack->why)
                                     : model_write(pack->model, path, pack->why);
  if (!status && !pack->bytes) {
    status = file_read(path, MEMBER_MAX_SIZE, &size, &pack->bytes, pack->why);
  }
  free(path);
  if (!status) {
    Sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, size, pack->bytes);
    sha256_end(&hash, pack->text.model_hash);
    pack->text.model_size = size;
  }
  return status;
}

static Status
write_text(const Pack* const pack, const char* const name,
           void (*const print)(const PresetText*, FILE*))
{
  char*       bytes  = NULL;
  size_t      size   = 0;
  FILE* const stream = open_memstream(&bytes, &size);
  if (!stream) {
    return no_memory(pack);
  }
  print(&pack->text, stream);
  const Status status = fclose(stream) ? no_memory(pack) : write_file(pack, name, size, bytes);
  free(bytes);
  return status;
}

static Status
add_text(const Pack* const pack, const char* const path)
{
  const char* const name  = last_part(path);
  void*             bytes = NULL;
  size_t            size  = 0;
  struct stat       info;
  Status            status = member_check_file(name, pack->why);
  char* const       target = tree_join(pack->built, name);
  if (!status && (!target || !lstat(target, &info))) {
    status = target ? diagnose(pack->why, STATUS_BAD_OPTION,
                               "--add %s: such a file is there already", path)
                    : no_memory(pack);
  }
  if (!status) {
    status = file_read(path, MEMBER_MAX_TEXT, &size, &bytes, pack->why);
  }
  if (!status) {
    status = write_file(pack, name, size, bytes);
  }
  free(target);
  free(bytes);
  return status;
}

static Status
write_bundle(Pack* const pack)
{
  Status status = write_model(pack);
  if (!status) {
    status = write_text(pack, "manifest.ttl", preset_text_manifest);
  }
  if (!status) {
    status = write_text(pack, "presets.ttl", preset_text_presets);
  }
  if (!status) {
    status = write_text(pack, "README.md", preset_text_card);
  }
  if (!status) {
    status = write_text(pack, "LICENSE", preset_text_licence);
  }
  for (uint32_t i = 0; !status && i < pack->options->n_texts; ++i) {
    status = add_text(pack, pack->options->texts[i]);
  }
  return status;
}

/// Put what was built in its place, as a folder or an archive.
static Status
deliver(Pack* const pack)
{
  Bundle bundle = { 0 };
  Status status = bundle_check(pack->built, &bundle, pack->why);
  bundle_clear(&bundle);
  if (status || !archive_is_named(pack->out)) {
    return status ? status : place_move(pack->built, pack->out, pack->options->replace, pack->why);
  }
  char* const archive = tree_join(pack->stage, last_part(pack->out));
  status = archive ? archive_write(pack->built, pack->name, archive, pack->why) : no_memory(pack);
  if (!status) {
    status = place_move(archive, pack->out, pack->options->replace, pack->why);
  }
  free(archive);
  return status;
}

/// Make the folders to build in, where a rename reaches the place.
static Status
open_stage(Pack* const pack)
{
  const char* const last   = last_part(pack->out);
  char* const       folder = last == pack->out ? strdup(".")
                                               : strndup(pack->out, (size_t)(last - pack->out));
  pack->stage              = folder ? tree_stage(folder, pack->why) : NULL;
  pack->built              = pack->stage ? tree_join(pack->stage, pack->name) : NULL;
  free(folder);
  if (!pack->built) {
    return pack->stage || !folder ? no_memory(pack) : STATUS_IO;
  }
  return mkdir(pack->built, 0777)
           ? diagnose(pack->why, STATUS_IO, "%s: cannot be made", pack->built)
           : STATUS_SUCCESS;
}

static void
clear(Pack* const pack)
{
  if (pack->stage) {
    tree_remove(pack->stage);
  }
  model_free(pack->model);
  free(pack->bytes);
  free(pack->name);
  free(pack->file);
  free(pack->stage);
  free(pack->built);
  free(pack->out);
}

Status
preset_pack(const PackOptions* const options, char** const path, Diagnostic* const why)
{
  Pack   pack   = { .options = options, .why = why };
  Status status = read_model(&pack);
  if (!status) {
    status = choose_words(&pack);
  }
  if (!status) {
    status = choose_names(&pack);
  }
  if (!status) {
    status = open_stage(&pack);
  }
  if (!status) {
    status = write_bundle(&pack);
  }
  if (!status) {
    status = deliver(&pack);
  }
  if (!status) {
    *path    = pack.out;
    pack.out = NULL;
  }
  clear(&pack);
  return status;
}
