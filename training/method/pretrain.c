// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/pretrain.h"

#include "training/method/autoencoder_step.h"
#include "training/method/rbm_step.h"
#include "training/method/variational_step.h"

const PretrainStep*
pretrain_step(const StepKind kind)
{
  switch (kind) {
    case STEP_VARIATIONAL:
      return &variational_step;
    case STEP_RBM:
      return &rbm_step;
    case STEP_AUTOENCODER:
      break;
  }
  return &autoencoder_step;
}
