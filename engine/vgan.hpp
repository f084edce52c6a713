// The public face of libvgan: train on your own array, draw samples, save and load. It is installed
// as <vgan/vgan.hpp>, and each header that it names as <vgan/...> by its own name; nothing else is
// (engine/package/stage_headers.cmake).
#pragma once

#include "engine/base/error.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/checkpoint/tensor_type.hpp"
#include "engine/compare/compare.hpp"
#include "engine/data/image_set.hpp"
#include "engine/data/readers/open_images.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/data/trial_shape.hpp"
#include "engine/data/value_type.hpp"
#include "engine/device/device_list.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/reconstruct.hpp"
#include "engine/metrics/quality_figures.hpp"
#include "engine/pictures/picture.hpp"
#include "engine/run/run.hpp"
#include "engine/sample/reconstruction_figures.hpp"
#include "engine/settings/config.hpp"
#include "engine/train/memory_plan.hpp"
#include "engine/train/trainer.hpp"
#include "engine/version.hpp"
#include "kernels/ops/step_report.hpp"
