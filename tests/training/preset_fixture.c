// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/training/preset_fixture.h"

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
preset_write_model(void* const* state, const char* const file, const char* const name,
                   const char* const licence)
{
  Model* const model  = models_constant_gain(0.5);
  model->card.name    = name ? strdup(name) : NULL;
  model->card.licence = licence ? strdup(licence) : NULL;
  models_write(state, file, model);
}

int
preset_setup(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  preset_write_model(state, "room.safetensors", "Room", "CC0-1.0");
  return 0;
}

PackOptions
preset_options(void* const* state, const char* const out)
{
  return (PackOptions){ .model = folder_path(state, "room.safetensors"),
                        .out   = folder_path(state, out) };
}

const char*
preset_make(void* const* state, const char* const out)
{
  const PackOptions options = preset_options(state, out);
  Diagnostic        why     = { "" };
  char*             path    = NULL;
  if (preset_pack(&options, &path, &why)) {
    fail_msg("%s", why.text);
  }
  assert_string_equal(path, options.out);
  free(path);
  return options.out;
}

unsigned
preset_count(void* const* state, const char* const folder)
{
  DIR* const stream = opendir(folder_path(state, folder));
  unsigned   n      = 0;
  assert_non_null(stream);
  while (readdir(stream)) {
    ++n;
  }
  closedir(stream);
  return n - 2; // Itself and the one above
}

bool
preset_exists(void* const* state, const char* const name)
{
  return !access(folder_path(state, name), F_OK);
}

const char*
preset_read_text(void* const* state, const char* const name)
{
  static char  text[65536];
  const size_t n = folder_read(state, name, sizeof(text) - 1, text);
  text[n]        = '\0';
  return text;
}
