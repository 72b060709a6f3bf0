use gpu::*; use num_complex::Complex; use std::time::Instant;
fn main(){
 let gpu=Gpu::new().unwrap();
 let n=250_000;
 let z=GpuArray::new(&gpu,&vec![Complex::new(0.1_f64,0.2);n]);
 let q=GpuArray::new(&gpu,&vec![Complex::new(0.1_f64,0.2);n]);
 let m=GpuArray::new(&gpu,&vec![0_i32;n]);
 let a=GpuArray::new(&gpu,&vec![0.5_f64;n]);
 let o=GpuArray::new(&gpu,&vec![0_u32;n]);
 let reps=100;
 let time=|name:&str, f:&dyn Fn()|{ f(); gpu.wait().unwrap(); let mut best=f64::MAX; for _ in 0..5 {let t=Instant::now(); for _ in 0..reps/5 {f();} gpu.wait().unwrap(); best=best.min(t.elapsed().as_secs_f64()/(reps/5) as f64);} println!("{name:12} {:.3} ms", best*1e3);};
 time("mul",&||{let _=&z*&z;}); time("add",&||{let _=&z+&q;}); time("abs",&||{let _=z.abs();}); time("greater",&||{let _=a.greater(2.0);});
 time("if c",&||{let _=GpuArray::if_positive(&m,Complex::ZERO,&q);}); time("if u",&||{let _=GpuArray::if_positive(&m,3u32,&o);});
 time("addf64",&||{let _=&a+&a;}); time("copy i32",&||{let _=&m+1;});
}
