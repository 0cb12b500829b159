//! Where a model runs, chosen by name at run time.

use crate::error::ModelError;
use crate::fused::{self, Instructions};
use crate::model::ModelConfig;

/// An open device.
#[derive(Debug, Clone)]
pub struct Device {
    name: &'static str,
    inner: burn::tensor::Device,
    instructions: Option<Instructions>,
}

/// A device that rasplab knows, and whether it can be used here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStatus {
    /// The name that [`open_device`] takes.
    pub name: &'static str,
    /// What it is.
    pub description: String,
    /// It can be opened in this build on this machine.
    pub available: bool,
}

impl Device {
    /// The name it was opened by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it computes in the machine's own memory.
    pub fn is_cpu(&self) -> bool {
        matches!(self.name, "flex" | "flex-plain")
    }

    /// The vector instructions that it computes such a model with, where that is rasplab's choice: results differ between them in the last
    /// bits. `None` where plain burn computes it.
    pub fn vector_instructions(&self, config: &ModelConfig) -> Option<&'static str> {
        self.fused(config).map(Instructions::name)
    }

    /// Whether this is a device with fused passes that leave such a model to plain burn.
    pub fn falls_back(&self, config: &ModelConfig) -> bool {
        self.instructions.is_some() && self.fused(config).is_none()
    }

    /// What the fused passes run with, where the device has them and they compute such a model.
    pub(crate) fn fused(&self, config: &ModelConfig) -> Option<Instructions> {
        self.instructions.filter(|_| fused::computes(config))
    }

    pub(crate) fn burn(&self) -> &burn::tensor::Device {
        &self.inner
    }
}

/// The devices that can be named, beside `auto`.
const NAMES: [&str; 3] = ["flex", "flex-plain", "wgpu"];

/// Opens a device: `flex`, the CPU, always there; `flex-plain`, the CPU as burn alone computes, several times slower, for comparing;
/// `wgpu`, a GPU, in builds with the feature `wgpu`; or `auto`, what [`best_device`] names.
///
/// There is no `cuda`: a build of burn's downloads LLVM. GPUs of NVIDIA are reached by Vulkan.
///
/// # Errors
/// [`ModelError::NoDevice`] for an unknown name, a device that is not built in, or one that this machine does not have.
pub fn open_device(name: &str) -> Result<Device, ModelError> {
    match name {
        "auto" => open_device(best_device()),
        "flex" => Ok(Device { name: "flex", inner: burn::tensor::Device::flex(), instructions: Some(Instructions::detect()) }),
        "flex-plain" => Ok(Device { name: "flex-plain", inner: burn::tensor::Device::flex(), instructions: None }),
        "wgpu" => wgpu::open(),
        _ => {
            let names = NAMES.map(|name| format!("`{name}`")).join(", ");
            Err(no_device(name, format!("the devices are {names} and `auto`")))
        }
    }
}

/// The name of the device that `auto` is: `wgpu` where that is a card and not software, else `flex`.
pub fn best_device() -> &'static str {
    if wgpu::open().is_ok_and(|device| device.card().is_some()) { "wgpu" } else { "flex" }
}

/// All known devices.
pub fn devices() -> Vec<DeviceStatus> {
    let describe = |name: &'static str| match (name, open_device(name)) {
        ("flex", _) => {
            let instructions = Instructions::detect().name();
            format!("CPU, fused training steps with {instructions} instructions; plain burn for positions inside attention")
        }
        ("flex-plain", _) => "CPU, as burn alone computes; slower".to_owned(),
        (_, Ok(device)) => match device.card() {
            Some(card) => format!("GPU, {card}"),
            None => "software that stands in for a GPU; slow".to_owned(),
        },
        (_, Err(error)) => error.to_string(),
    };
    let status = |name| DeviceStatus { name, description: describe(name), available: open_device(name).is_ok() };
    NAMES.map(status).into()
}

impl Device {
    /// The name of the graphics card, where it is one.
    #[cfg(feature = "wgpu")]
    fn card(&self) -> Option<String> {
        let identity = self.inner.identity()?;
        identity.physical.is_some().then_some(identity.name)
    }

    #[cfg(not(feature = "wgpu"))]
    #[expect(clippy::unused_self, reason = "in other builds it has a use")]
    fn card(&self) -> Option<String> {
        None
    }
}

fn no_device(name: &str, reason: String) -> ModelError {
    ModelError::NoDevice { name: name.to_owned(), reason }
}

#[cfg(feature = "wgpu")]
mod wgpu {
    use super::{Device, no_device};
    use crate::error::ModelError;
    use burn::tensor::{Device as Inner, DeviceKind, DeviceType};

    pub(super) fn open() -> Result<Device, ModelError> {
        let found = std::panic::catch_unwind(|| Inner::enumerate(DeviceType::Wgpu).into_vec().len()).unwrap_or(0);
        if found == 0 {
            let reason = "no graphics adapter was found: install a Vulkan driver (Debian: mesa-vulkan-drivers)";
            return Err(no_device("wgpu", reason.to_owned()));
        }
        Ok(Device { name: "wgpu", inner: Inner::wgpu(DeviceKind::DefaultDevice), instructions: None })
    }
}

#[cfg(not(feature = "wgpu"))]
mod wgpu {
    use super::{Device, no_device};
    use crate::error::ModelError;

    pub(super) fn open() -> Result<Device, ModelError> {
        Err(no_device("wgpu", "this build has no GPU support: build with `--features wgpu`".to_owned()))
    }
}

/// The device that tests run on: `RASPLAB_TEST_DEVICE`, or the CPU.
#[cfg(test)]
pub(crate) fn test_device() -> Device {
    open_device(&std::env::var("RASPLAB_TEST_DEVICE").unwrap_or("flex".to_owned())).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_device_is_one_that_is_there() {
        let best = best_device();
        assert!(devices().iter().any(|device| device.name == best && device.available));
        assert_eq!(open_device("auto").unwrap().name(), best);
    }

    #[test]
    fn the_cpu_is_always_there_and_an_unknown_name_is_refused() {
        assert!(devices().iter().any(|device| device.name == "flex" && device.available));
        let message = open_device("tpu").unwrap_err().to_string();
        assert_eq!(message, "device `tpu` is not available: the devices are `flex`, `flex-plain`, `wgpu` and `auto`");
    }
}
