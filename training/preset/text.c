// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/text.h"

#include "dsp/text.h"
#include "training/preset/bundle.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/// Digits of a hash in a URI.
enum { URI_DIGITS = 32 };

bool
preset_text_is_plain(const char* const text)
{
  json_t* const string = json_string(text); // Takes UTF-8 alone
  bool          plain  = string && *text;
  for (const char* at = text; plain && *at; ++at) {
    plain = !text_control(at);
  }
  json_decref(string);
  return plain;
}

/// A Turtle string.
static void
write_literal(const char* const text, FILE* const stream)
{
  fputc('"', stream);
  for (const char* at = text; *at; ++at) {
    if (*at == '"' || *at == '\\') {
      fputc('\\', stream);
    }
    fputc(*at, stream);
  }
  fputc('"', stream);
}

/// All that makes a preset what it is.
static void
hash_preset(const PresetText* const text, char hash[SHA256_TEXT_SIZE])
{
  Sha256            sha;
  const char* const words[] = { text->effect->name, text->label, text->comment ? text->comment : "",
                                text->licence,      text->file,  text->model_hash };
  sha256_begin(&sha);
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); ++i) {
    sha256_add(&sha, strlen(words[i]) + 1, words[i]);
  }
  for (uint32_t i = 0; i < text->effect->n_settings; ++i) {
    char      value[64];
    const int length = snprintf(value, sizeof(value), "%.6f", text->values[i]);
    sha256_add(&sha, (size_t)length + 1, value);
  }
  sha256_end(&sha, hash);
}

/// The URI of the preset for one of the effect's plugins: the same for the same content, and no
/// other's.
static void
write_uri(const PresetText* const text, const uint32_t width, FILE* const stream)
{
  char hash[SHA256_TEXT_SIZE];
  hash_preset(text, hash);
  fprintf(stream, "<" BUNDLE_PRESET_URI "%.*s:%s-%s>", URI_DIGITS, hash, text->effect->name,
          effect_width_name(width));
}

void
preset_text_manifest(const PresetText* const text, FILE* const stream)
{
  fputs("@prefix lv2:  <http://lv2plug.in/ns/lv2core#> .\n"
        "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n",
        stream);
  for (uint32_t i = 0; i < EFFECT_N_PLUGINS; ++i) {
    fputc('\n', stream);
    write_uri(text, i, stream);
    fprintf(stream, "\n\ta pset:Preset ;\n\tlv2:appliesTo <%s> ;\n\trdfs:seeAlso <presets.ttl> .\n",
            text->effect->uris[i]);
  }
}

static void
write_ports(const PresetText* const text, FILE* const stream)
{
  for (uint32_t i = 0; i < text->effect->n_settings; ++i) {
    fprintf(stream, "%s [\n\t\tlv2:symbol \"%s\" ;\n\t\tpset:value %.6f\n\t]",
            i ? " ," : "\tlv2:port", text->effect->settings[i].symbol, text->values[i]);
  }
  fputs(" ;\n", stream);
}

/// The licence as a resource, where it is a single one of the SPDX list.
static void
write_licence(const char* const licence, FILE* const stream)
{
  static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+";
  if (!licence[strspn(licence, all)]) {
    fprintf(stream, "\tdoap:license <http://spdx.org/licenses/%s> ;\n", licence);
  }
}

static void
write_preset(const PresetText* const text, const uint32_t width, FILE* const stream)
{
  fputc('\n', stream);
  write_uri(text, width, stream);
  fputs("\n\ta pset:Preset ;\n\trdfs:label ", stream);
  write_literal(text->label, stream);
  fputs(" ;\n", stream);
  if (text->comment) {
    fputs("\trdfs:comment ", stream);
    write_literal(text->comment, stream);
    fputs(" ;\n", stream);
  }
  write_licence(text->licence, stream);
  fprintf(stream, "\tlv2:appliesTo <%s> ;\n", text->effect->uris[width]);
  write_ports(text, stream);
  fprintf(stream, "\tstate:state [\n\t\t<urn:lamina:model> <%s>\n\t] .\n", text->file);
}

void
preset_text_presets(const PresetText* const text, FILE* const stream)
{
  fputs("@prefix doap:  <http://usefulinc.com/ns/doap#> .\n"
        "@prefix lv2:   <http://lv2plug.in/ns/lv2core#> .\n"
        "@prefix pset:  <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs:  <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n",
        stream);
  for (uint32_t i = 0; i < EFFECT_N_PLUGINS; ++i) {
    write_preset(text, i, stream);
  }
}

/// A model's words in Markdown.  @param cell In a table, where a line break would end the row.
static void
write_words(const char* const words, const bool cell, FILE* const stream)
{
  for (const char* at = words; *at;) {
    const size_t n_masked = *at == '\n' ? 0 : text_control(at);
    if (cell && *at == '|') {
      fputc('\\', stream);
    }
    fputc(n_masked ? '?' : cell && *at == '\n' ? ' ' : *at, stream);
    at += n_masked ? n_masked : 1;
  }
}

static void
write_row(const char* const title, const char* const words, FILE* const stream)
{
  if (words && *words) {
    fprintf(stream, "| %s | ", title);
    write_words(words, true, stream);
    fputs(" |\n", stream);
  }
}

static void
write_table(const PresetText* const text, FILE* const stream)
{
  const ModelCard* const card = &text->model->card;
  fprintf(stream,
          "| | |\n|---|---|\n| model | `%s`, %zu weights, %.1f MB |\n| SHA-256 | `%s` |\n"
          "| delay | %g ms |\n",
          text->file, text->model->n_weights, (double)text->model_size / 1e6, text->model_hash,
          1e3 * text->model->window_s);
  write_row("licence", text->licence, stream);
  write_row("called", card->name, stream);
  write_row("learned from", card->data, stream);
  write_row("made by", card->tool, stream);
  fputs("| settings |", stream);
  for (uint32_t i = 0; i < text->effect->n_settings; ++i) {
    fprintf(stream, "%s %s %g", i ? "," : "", text->effect->settings[i].symbol, text->values[i]);
  }
  fputs(" |\n", stream);
}

void
preset_text_card(const PresetText* const text, FILE* const stream)
{
  fprintf(stream, "# %s\n\n", text->label);
  if (text->comment) {
    fprintf(stream, "%s\n\n", text->comment);
  }
  fprintf(stream, "A preset, with its model, for the LV2 plugins *%s*, mono and stereo.\n\n",
          text->effect->title);
  write_table(text, stream);
  fprintf(stream,
          "\n## Install\n\nPut the folder `%s` into `~/.lv2`, or let Lamina look at it first:\n\n"
          "    lamina preset install %s\n\n"
          "Then choose *%s* among the plugin's presets.\n",
          text->bundle, text->bundle, text->label);
  if (text->model->card.scores) {
    fputs("\n## How good the model is\n\n", stream);
    write_words(text->model->card.scores, false, stream);
    fputc('\n', stream);
  }
}

void
preset_text_licence(const PresetText* const text, FILE* const stream)
{
  fputs("The preset and the model in this folder may be used under the licence that this SPDX\n"
        "expression names; https://spdx.org/licenses/ has its text.\n\n"
        "SPDX-License-Identifier: ",
        stream);
  write_words(text->licence, true, stream);
  fputc('\n', stream);
}
