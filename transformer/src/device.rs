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

/// Opens a device: `flex`, the CPU, always there; `flex-plain`, the CPU as burn alone computes, several times slower, for comparing;
/// or `wgpu`, a GPU, in builds with the feature `wgpu`.
///
/// # Errors
/// [`ModelError::NoDevice`] for an unknown name, a device that is not built in, or one that this machine does not have.
pub fn open_device(name: &str) -> Result<Device, ModelError> {
    match name {
        "flex" => Ok(Device { name: "flex", inner: burn::tensor::Device::flex(), instructions: Some(Instructions::detect()) }),
        "flex-plain" => Ok(Device { name: "flex-plain", inner: burn::tensor::Device::flex(), instructions: None }),
        "wgpu" => open_wgpu(),
        _ => Err(ModelError::NoDevice { name: name.to_owned(), reason: "the devices are `flex`, `flex-plain` and `wgpu`".to_owned() }),
    }
}

/// All known devices.
pub fn devices() -> Vec<DeviceStatus> {
    let description =
        format!("CPU, fused training steps with {} instructions; plain burn for positions inside attention", Instructions::detect().name());
    let flex = DeviceStatus { name: "flex", description, available: true };
    let plain = DeviceStatus { name: "flex-plain", description: "CPU, as burn alone computes; slower".to_owned(), available: true };
    let wgpu = match open_wgpu() {
        Ok(_) => DeviceStatus { name: "wgpu", description: "GPU through WebGPU shaders".to_owned(), available: true },
        Err(error) => DeviceStatus { name: "wgpu", description: error.to_string(), available: false },
    };
    vec![flex, plain, wgpu]
}

#[cfg(feature = "wgpu")]
fn open_wgpu() -> Result<Device, ModelError> {
    use burn::tensor::{Device as Inner, DeviceKind, DeviceType};
    let found = std::panic::catch_unwind(|| Inner::enumerate(DeviceType::Wgpu).into_vec().len()).unwrap_or(0);
    if found == 0 {
        return Err(ModelError::NoDevice {
            name: "wgpu".to_owned(),
            reason: "no graphics adapter was found: install a Vulkan driver (Debian: mesa-vulkan-drivers)".to_owned(),
        });
    }
    Ok(Device { name: "wgpu", inner: Inner::wgpu(DeviceKind::DefaultDevice), instructions: None })
}

#[cfg(not(feature = "wgpu"))]
fn open_wgpu() -> Result<Device, ModelError> {
    Err(ModelError::NoDevice { name: "wgpu".to_owned(), reason: "this build has no GPU support: build with `--features wgpu`".to_owned() })
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
    fn the_cpu_is_always_there_and_an_unknown_name_is_refused() {
        assert!(devices().iter().any(|device| device.name == "flex" && device.available));
        let message = open_device("tpu").unwrap_err().to_string();
        assert_eq!(message, "device `tpu` is not available: the devices are `flex`, `flex-plain` and `wgpu`");
    }
}
