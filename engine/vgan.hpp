// The public face of libvgan: train on your own array, draw samples, save and load.
#pragma once

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/devices.hpp"
#include "engine/error.hpp"
#include "engine/readers/image_set.hpp"
#include "engine/readers/open_images.hpp"
#include "engine/train/compare.hpp"
#include "engine/train/config.hpp"
#include "engine/train/generate.hpp"
#include "engine/train/run.hpp"
#include "engine/train/trainer.hpp"
#include "engine/version.hpp"
