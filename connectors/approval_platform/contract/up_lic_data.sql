-- 审批平台 前置库：按国家政务服务平台证照上报表 up_lic_data 建立，另加 cert_state；cd_batch 由读取方填写
CREATE TABLE up_lic_data (
  id                       varchar(50)   NOT NULL COMMENT '主键',
  certificate_source_id    varchar(128)  COMMENT '证照源标识',
  certificate_type         varchar(256)  COMMENT '证照类型名称',
  certificate_type_code    varchar(64)   COMMENT '证照类型代码：HR 人力资源服务许可证，WASTE 城市建筑垃圾处置核准文件，OUTAD 大型户外广告设置许可，DRAIN 城镇污水排入排水管网许可证，PRINT 印刷经营许可证',
  certificate_name         varchar(256)  COMMENT '证照名称',
  certificate_number       varchar(400)  COMMENT '证照编号',
  certificate_holder       varchar(300)  COMMENT '持证主体',
  certificate_holder_code  varchar(256)  COMMENT '持证主体代码',
  certificate_holder_type  varchar(2000) COMMENT '持证主体代码类型：001 统一社会信用代码，111 公民身份号码',
  certificate_area_code    varchar(32)   COMMENT '行政区划代码',
  certificate_validate_start varchar(32) COMMENT '有效期起 yyyyMMdd',
  certificate_validate_end varchar(32)   COMMENT '有效期止 yyyyMMdd，长期 99991231',
  cert_state               varchar(2)    COMMENT '证照状态：01 有效，02 暂扣，03 撤销，04 注销，05 失效，07 吊销',
  item_code                varchar(60)   COMMENT '事项编码',
  item_name                varchar(200)  COMMENT '事项名称',
  issue_dept               varchar(256)  COMMENT '颁发机构',
  issue_dept_code          varchar(32)   COMMENT '颁发机构代码',
  issue_date               varchar(32)   COMMENT '颁发日期 yyyyMMdd',
  extend_scope             varchar(2000) COMMENT '许可范围',
  data_source              varchar(3)    COMMENT '数据来源',
  cd_operation             varchar(2)    COMMENT '操作类型：I 新增，U 变更，D 删除',
  cd_time                  timestamp     NOT NULL COMMENT '更新时间',
  cd_batch                 varchar(64)   COMMENT '批次号',
  is_sync                  char(1)       COMMENT '同步标志：0 未读取，1 已读取，3 错误',
  error_remark             varchar(512)  COMMENT '错误说明',
  PRIMARY KEY (id)
);

-- 前置库 up_lic_alert：办件所依据的证照状态变化提醒，由数据交换平台写入，一行一份，row_guid 不重复。is_sync：0 未读取，1 已读取，3 退回（原因写入 error_remark），由审批平台回写。
CREATE TABLE up_lic_alert (
  row_guid              varchar(50)   NOT NULL COMMENT '推送编号',
  project_no            varchar(50)   NOT NULL COMMENT '办件编号',
  certificate_type_code varchar(64)   NOT NULL COMMENT '证照类型代码',
  certificate_number    varchar(400)  NOT NULL COMMENT '证照编号',
  cert_state            varchar(2)    NOT NULL COMMENT '证照现状：01 有效，02 暂扣，03 撤销，04 注销，05 失效，07 吊销，99 其他',
  change_date           varchar(8)    NOT NULL COMMENT '变更日期 yyyyMMdd',
  change_reason         varchar(2000) COMMENT '变更原因',
  is_sync               char(1)       COMMENT '同步标志：0 未读取，1 已读取，3 退回',
  error_remark          varchar(512)  COMMENT '退回原因',
  PRIMARY KEY (row_guid)
);
