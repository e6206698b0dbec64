// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/list.h"

#include "dsp/network/model_file.h"
#include "dsp/text.h"
#include "training/preset/tree.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  COLUMN_NAME,
  COLUMN_PLUGIN,
  COLUMN_MODEL,
  COLUMN_LICENCE,
  COLUMN_SIZE,
  COLUMN_PLACE,
  N_COLUMNS
};

/// Most bytes of a cell but the last: a stranger's words may be long.
enum { MAX_CELL = 48 };

typedef struct {
  char* cells[N_COLUMNS]; ///< Owned
} Row;

typedef struct {
  size_t n;
  size_t room;
  Row*   rows; ///< [room], owned
} Table;

/// Columns that a UTF-8 text takes on a terminal, of one each.
static int
width_of(const char* const text)
{
  int width = 0;
  for (const char* at = text; *at; ++at) {
    width += ((unsigned char)*at & 0xc0) != 0x80;
  }
  return width;
}

/// A copy that fits a cell: no control characters, not too long.
static char*
copy_cell(const char* const words)
{
  char* const cell = strdup(words && *words ? words : "–");
  if (cell) {
    text_mask(cell);
    if (strlen(cell) > MAX_CELL) {
      size_t end = MAX_CELL - 3;
      while (end && ((unsigned char)cell[end] & 0xc0) == 0x80) {
        --end; // Not within a character
      }
      strcpy(cell + end, "...");
    }
  }
  return cell;
}

/// The whole of a path.
static char*
copy_path(const char* const path)
{
  char* const cell = strdup(path);
  if (cell) {
    text_mask(cell);
  }
  return cell;
}

static Row*
add_row(Table* const table)
{
  if (table->n == table->room) {
    const size_t room = table->room ? 2 * table->room : 16;
    Row* const   rows = realloc(table->rows, room * sizeof(*rows));
    if (!rows) {
      return NULL;
    }
    table->rows = rows;
    table->room = room;
  }
  table->rows[table->n] = (Row){ 0 };
  return &table->rows[table->n++];
}

static Status
no_memory(Diagnostic* const why)
{
  return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
}

/// Fill in what the model file tells.
static Status
describe_model(const char* const path, Row* const row)
{
  struct stat info;
  char        size[32] = "–";
  Model*      model    = NULL;
  Status      status   = stat(path, &info) ? STATUS_NOT_FOUND : model_read(path, &model, NULL);
  if (!status) {
    (void)snprintf(size, sizeof(size), "%.1f MB", (double)info.st_size / 1e6);
  }
  const char* const fault    = status == STATUS_NOT_FOUND ? "missing" : "cannot be used";
  row->cells[COLUMN_MODEL]   = copy_cell(model ? model->card.name : fault);
  row->cells[COLUMN_LICENCE] = copy_cell(model ? model->card.licence : NULL);
  row->cells[COLUMN_SIZE]    = strdup(size);
  model_free(model);
  return row->cells[COLUMN_MODEL] && row->cells[COLUMN_LICENCE] && row->cells[COLUMN_SIZE]
           ? STATUS_SUCCESS
           : STATUS_NO_MEMORY;
}

/// The presets that differ in the plugin alone share a row.
static bool
are_alike(const Preset* const a, const Preset* const b)
{
  return a->effect == b->effect && !strcmp(a->model, b->model) && a->label && b->label &&
         !strcmp(a->label, b->label);
}

/// The effect, and for which of its plugins there are presets like this one.
static char*
describe_plugins(const Bundle* const bundle, const uint32_t index)
{
  const Preset* const preset                  = &bundle->presets[index];
  bool                found[EFFECT_N_PLUGINS] = { false };
  char*               text                    = NULL;
  found[preset->width]                        = true;
  for (uint32_t i = index + 1; i < bundle->n; ++i) {
    found[bundle->presets[i].width] |= are_alike(preset, &bundle->presets[i]);
  }
  const char* const width = found[0] && found[1] ? "mono, stereo" : effect_width_name(found[1]);
  return asprintf(&text, "%s, %s", preset->effect->name, width) < 0 ? NULL : text;
}

static Status
add_preset(Table* const table, const char* const folder, const Bundle* const bundle,
           const uint32_t index, Diagnostic* const why)
{
  const Preset* const preset = &bundle->presets[index];
  Row* const          row    = add_row(table);
  char* const         model  = tree_join(folder, preset->model);
  Status              status = row && model ? describe_model(model, row) : STATUS_NO_MEMORY;
  free(model);
  if (!status) {
    row->cells[COLUMN_NAME]   = copy_cell(preset->label ? preset->label : preset->uri);
    row->cells[COLUMN_PLUGIN] = describe_plugins(bundle, index);
    row->cells[COLUMN_PLACE]  = copy_path(folder);
    status = row->cells[COLUMN_NAME] && row->cells[COLUMN_PLUGIN] && row->cells[COLUMN_PLACE]
               ? STATUS_SUCCESS
               : STATUS_NO_MEMORY;
  }
  return status ? no_memory(why) : STATUS_SUCCESS;
}

static Status
add_bundle(Table* const table, const char* const folder, const Bundle* const bundle,
           Diagnostic* const why)
{
  Status status = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < bundle->n; ++i) {
    bool told = false;
    for (uint32_t k = 0; k < i && !told; ++k) {
      told = are_alike(&bundle->presets[i], &bundle->presets[k]);
    }
    if (!told) {
      status = add_preset(table, folder, bundle, i, why);
    }
  }
  return status;
}

/// Whether a name is that of a model file.
static int
is_model(const struct dirent* const entry)
{
  static const char ending[] = ".safetensors";
  const size_t      length   = strlen(entry->d_name);
  return entry->d_name[0] != '.' && length >= sizeof(ending) &&
         !strcmp(entry->d_name + length - sizeof(ending) + 1, ending);
}

static int
is_visible(const struct dirent* const entry)
{
  return entry->d_name[0] != '.';
}

static Status
add_loose_model(Table* const table, const char* const path, const char* const name,
                Diagnostic* const why)
{
  Row* const row    = add_row(table);
  Status     status = row ? describe_model(path, row) : STATUS_NO_MEMORY;
  if (!status) {
    row->cells[COLUMN_NAME]   = copy_cell(name);
    row->cells[COLUMN_PLUGIN] = strdup("no preset");
    row->cells[COLUMN_PLACE]  = copy_path(path);
    status = row->cells[COLUMN_NAME] && row->cells[COLUMN_PLUGIN] && row->cells[COLUMN_PLACE]
               ? STATUS_SUCCESS
               : STATUS_NO_MEMORY;
  }
  return status ? no_memory(why) : STATUS_SUCCESS;
}

static Status
add_bundle_at(Table* const table, const char* const path, const char* const name,
              Diagnostic* const why)
{
  (void)name;
  Bundle bundle = { 0 };
  // What cannot be read is somebody else's, and no failure of a list
  const Status status = bundle_read(path, BUNDLE_ANY, &bundle, NULL)
                          ? STATUS_SUCCESS
                          : add_bundle(table, path, &bundle, why);
  bundle_clear(&bundle);
  return status;
}

/// Do something with the entries of a folder, by name; a folder that is not there has none.
static Status
for_each(Table* const table, const char* const folder, int (*const wanted)(const struct dirent*),
         Status (*const add)(Table*, const char*, const char*, Diagnostic*), Diagnostic* const why)
{
  struct dirent** entries = NULL;
  const int       n       = scandir(folder, &entries, wanted, alphasort);
  Status          status  = STATUS_SUCCESS;
  for (int i = 0; i < n; ++i) {
    char* const path = status ? NULL : tree_join(folder, entries[i]->d_name);
    if (!status) {
      status = path ? add(table, path, entries[i]->d_name, why) : no_memory(why);
    }
    free(path);
    free(entries[i]);
  }
  free(entries);
  return status;
}

static void
print_table(const Table* const table, FILE* const stream)
{
  static const char* const titles[N_COLUMNS] = { "NAME",    "PLUGIN", "MODEL",
                                                 "LICENCE", "SIZE",   "PLACE" };

  int widths[N_COLUMNS];
  for (int c = 0; c < N_COLUMNS; ++c) {
    widths[c] = width_of(titles[c]);
    for (size_t i = 0; i < table->n; ++i) {
      const int width = width_of(table->rows[i].cells[c]);
      widths[c]       = width > widths[c] ? width : widths[c];
    }
  }
  for (size_t i = 0; i <= table->n; ++i) {
    for (int c = 0; c < N_COLUMNS; ++c) {
      const char* const cell = i ? table->rows[i - 1].cells[c] : titles[c];
      const bool        last = c == N_COLUMNS - 1;
      fprintf(stream, "%s%*s", cell, last ? 0 : widths[c] - width_of(cell) + 2, "");
    }
    fputc('\n', stream);
  }
}

/// Print the table, or say that it is empty, and release it.
static void
finish(Table* const table, const Status status, FILE* const stream)
{
  if (!status && table->n) {
    print_table(table, stream);
  } else if (!status) {
    fputs("No presets found.\n", stream);
  }
  for (size_t i = 0; i < table->n; ++i) {
    for (int c = 0; c < N_COLUMNS; ++c) {
      free(table->rows[i].cells[c]);
    }
  }
  free(table->rows);
}

Status
preset_list(const Folders* const folders, const char* const models, FILE* const stream,
            Diagnostic* const why)
{
  Table  table  = { 0 };
  Status status = STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < folders->n; ++i) {
    status = for_each(&table, folders->paths[i], is_visible, add_bundle_at, why);
  }
  if (!status && models) {
    status = for_each(&table, models, is_model, add_loose_model, why);
  }
  finish(&table, status, stream);
  return status;
}

Status
preset_list_bundle(const char* const folder, const Bundle* const bundle, FILE* const stream,
                   Diagnostic* const why)
{
  Table        table  = { 0 };
  const Status status = add_bundle(&table, folder, bundle, why);
  finish(&table, status, stream);
  return status;
}
