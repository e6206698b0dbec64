// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/timbres.h"

#include "dsp/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef char Name[MODEL_NAME_SIZE];

/// A name and how many files have it.
typedef struct {
  Name     name;
  uint32_t n_files;
} Group;

/// All files of both halves.
typedef struct {
  const Corpus* corpus;
  bool          by_prefix; ///< All are of one group
  uint32_t      n;
  Group*        list; ///< [n], by name
} Groups;

/// Copy `n` bytes, or as many whole characters as there is room for, as text of a model file.
static void
copy_name(const char* const from, const size_t n, char* const name)
{
  size_t size = n < MODEL_NAME_SIZE ? n : MODEL_NAME_SIZE - 1;
  while (size < n && size && ((unsigned char)from[size] & 0xc0u) == 0x80) {
    --size;
  }
  memcpy(name, from, size);
  name[size] = '\0';
  text_clean(name);
}

static void
name_file(const Groups* const groups, const Split split, const uint32_t file, char* const name)
{
  const char* const group = corpus_group(groups->corpus, split, file);
  const char* const path  = corpus_path(groups->corpus, split, file);
  const char* const slash = strrchr(path, '/');
  const char* const stem  = slash ? slash + 1 : path;
  const size_t      n     = groups->by_prefix ? strcspn(stem, "0123456789. -_") : 0;
  copy_name(n ? stem : group, n ? n : strlen(group), name);
}

static bool
one_group(const Corpus* const corpus)
{
  bool one = true;
  for (int split = SPLIT_TRAIN; split <= SPLIT_VALID; ++split) {
    for (uint32_t file = 0; file < corpus_files(corpus, (Split)split); ++file) {
      one = one &&
            !strcmp(corpus_group(corpus, (Split)split, file),
                    corpus_group(corpus,
                                 corpus_files(corpus, SPLIT_TRAIN) ? SPLIT_TRAIN : SPLIT_VALID, 0));
    }
  }
  return one;
}

static int
compare_names(const void* const a, const void* const b)
{
  return strcmp(((const Group*)a)->name, ((const Group*)b)->name);
}

/// Most files first.
static int
compare_sizes(const void* const a, const void* const b)
{
  const uint32_t n_a = ((const Group*)a)->n_files;
  const uint32_t n_b = ((const Group*)b)->n_files;
  return n_a != n_b ? (n_a < n_b) - (n_a > n_b) : compare_names(a, b);
}

static bool
list_groups(const Corpus* const corpus, Groups* const groups)
{
  const uint32_t n_train = corpus_files(corpus, SPLIT_TRAIN);
  const uint32_t n_files = n_train + corpus_files(corpus, SPLIT_VALID);
  groups->corpus         = corpus;
  groups->by_prefix      = one_group(corpus);
  groups->list           = calloc(n_files, sizeof(Group));
  for (uint32_t i = 0; groups->list && i < n_files; ++i) {
    const bool train        = i < n_train;
    groups->list[i].n_files = 1;
    name_file(groups, train ? SPLIT_TRAIN : SPLIT_VALID, train ? i : i - n_train,
              groups->list[i].name);
  }
  if (!groups->list) {
    return false;
  }

  qsort(groups->list, n_files, sizeof(Group), compare_names);
  for (uint32_t i = 0; i < n_files; ++i) {
    if (groups->n && !compare_names(&groups->list[i], &groups->list[groups->n - 1])) {
      ++groups->list[groups->n - 1].n_files;
    } else {
      groups->list[groups->n++] = groups->list[i];
    }
  }
  return true;
}

/// Copy what stands before `end`, without the spaces around it.
static void
copy_word(const char* from, const char* end, char* const name)
{
  while (from < end && *from == ' ') {
    ++from;
  }
  while (from < end && end[-1] == ' ') {
    --end;
  }
  copy_name(from, (size_t)(end - from), name);
}

/// Keep one that is asked for.  @param wanted "GROUP" or "NAME = GROUP", up to `end`.
static Status
take_one(const Groups* const groups, const char* const wanted, const char* const end,
         Timbres* const timbres, Diagnostic* const why)
{
  Group             group;
  Name              name;
  const char* const equals = memchr(wanted, '=', (size_t)(end - wanted));
  copy_word(equals ? equals + 1 : wanted, end, group.name);
  copy_word(wanted, equals ? equals : end, name);
  if (!bsearch(&group, groups->list, groups->n, sizeof(Group), compare_names)) {
    return diagnose(why, STATUS_BAD_OPTION, "morph.anchors: no sound is named %s", group.name);
  }
  if (!*name) {
    return diagnose(why, STATUS_BAD_OPTION, "morph.anchors: a name is missing for %s", group.name);
  }
  for (uint32_t i = 0; i < timbres->n; ++i) {
    if (!strcmp(timbres->names[i], name) || !strcmp(timbres->groups[i], group.name)) {
      return diagnose(why, STATUS_BAD_OPTION, "morph.anchors: %s is given twice", name);
    }
  }
  if (timbres->n == MODEL_MAX_ANCHORS) {
    return diagnose(why, STATUS_BAD_OPTION, "morph.anchors: more than %u", MODEL_MAX_ANCHORS);
  }
  memcpy(timbres->names[timbres->n], name, sizeof(Name));
  memcpy(timbres->groups[timbres->n++], group.name, sizeof(Name));
  return STATUS_SUCCESS;
}

/// Keep those that are asked for, as they are asked for.
static Status
take_wanted(const Groups* const groups, const char* wanted, Timbres* const timbres,
            Diagnostic* const why)
{
  Status status = STATUS_SUCCESS;
  while (!status && *(wanted += strspn(wanted, " ,"))) {
    const char* const end = wanted + strcspn(wanted, ",");
    status                = take_one(groups, wanted, end, timbres, why);
    wanted                = end;
  }
  return status;
}

/// Keep all names, or those with most files.
static void
take_largest(Groups* const groups, Timbres* const timbres)
{
  timbres->n = groups->n < MODEL_MAX_ANCHORS ? groups->n : MODEL_MAX_ANCHORS;
  qsort(groups->list, groups->n, sizeof(Group), compare_sizes);
  qsort(groups->list, timbres->n, sizeof(Group), compare_names);
  for (uint32_t i = 0; i < timbres->n; ++i) {
    memcpy(timbres->names[i], groups->list[i].name, sizeof(Name));
    memcpy(timbres->groups[i], groups->list[i].name, sizeof(Name));
  }
}

static uint32_t
place_of(const Timbres* const timbres, const char* const group)
{
  for (uint32_t i = 0; i < timbres->n; ++i) {
    if (!strcmp(timbres->groups[i], group)) {
      return i;
    }
  }
  return TIMBRES_NONE;
}

static bool
place_files(const Groups* const groups, Timbres* const timbres)
{
  for (int split = SPLIT_TRAIN; split <= SPLIT_VALID; ++split) {
    const uint32_t n        = corpus_files(groups->corpus, (Split)split);
    timbres->of_file[split] = calloc(n + 1, sizeof(uint32_t));
    for (uint32_t file = 0; timbres->of_file[split] && file < n; ++file) {
      Name name;
      name_file(groups, (Split)split, file, name);
      timbres->of_file[split][file] = place_of(timbres, name);
    }
  }
  return timbres->of_file[SPLIT_TRAIN] && timbres->of_file[SPLIT_VALID];
}

Status
timbres_find(const Corpus* const corpus, const char* const wanted, Timbres* const timbres,
             Diagnostic* const why)
{
  Timbres found  = { 0 };
  Groups  groups = { 0 };
  Status  status = list_groups(corpus, &groups)
                     ? STATUS_SUCCESS
                     : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  found.n_found  = groups.n;
  if (!status && wanted[strspn(wanted, " ,")]) {
    status = take_wanted(&groups, wanted, &found, why);
  } else if (!status) {
    take_largest(&groups, &found);
  }
  if (!status && !place_files(&groups, &found)) {
    status = diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  free(groups.list);
  if (status) {
    timbres_clear(&found);
    return status;
  }
  *timbres = found;
  return STATUS_SUCCESS;
}

void
timbres_clear(Timbres* const timbres)
{
  free(timbres->of_file[SPLIT_TRAIN]);
  free(timbres->of_file[SPLIT_VALID]);
  *timbres = (Timbres){ 0 };
}
