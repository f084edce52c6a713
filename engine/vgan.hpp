// The public face of libvgan: train on your own array, draw samples, save and load.
#pragma once

#include "engine/base/error.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/compare/compare.hpp"
#include "engine/data/image_set.hpp"
#include "engine/data/readers/open_images.hpp"
#include "engine/device/devices.hpp"
#include "engine/generate/generate.hpp"
#include "engine/run/run.hpp"
#include "engine/settings/config.hpp"
#include "engine/train/trainer.hpp"
#include "engine/version.hpp"
