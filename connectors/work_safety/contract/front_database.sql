-- 前置库 EX_AJ_XKZ：危险化学品、烟花爆竹经营许可证。一行一次变化，按 XH 递增，读取方只回写 GTSYNC、CWXX、DQSJ、PCH。
-- GTSYNC：空或 0 未读取，1 已读取，3 有误（原因写入 CWXX）。CD_OPERATION：I 新增，U 变更，D 删除。
CREATE TABLE EX_AJ_XKZ (
  XH           BIGINT        NOT NULL COMMENT '序号',
  YWLSH        VARCHAR(60)   COMMENT '业务流水号',
  ZZBS         VARCHAR(128)  COMMENT '电子证照标识',
  XKLX         VARCHAR(4)    COMMENT '许可类型：YH 烟花爆竹，WH 危险化学品',
  XKZBH        VARCHAR(400)  COMMENT '许可证编号',
  BBH          VARCHAR(10)   COMMENT '版本号',
  FZJG         VARCHAR(200)  COMMENT '发证机关',
  FZJGDM       VARCHAR(18)   COMMENT '发证机关统一社会信用代码',
  FZRQ         VARCHAR(10)   COMMENT '发证日期',
  QYMC         VARCHAR(300)  COMMENT '企业名称',
  TYSHXYDM     VARCHAR(18)   COMMENT '统一社会信用代码',
  YXQKS        VARCHAR(10)   COMMENT '有效期开始',
  YXQJS        VARCHAR(10)   COMMENT '有效期结束',
  XZQHDM       VARCHAR(12)   COMMENT '行政区划代码',
  SXBM         VARCHAR(60)   COMMENT '事项编码',
  SXMC         VARCHAR(200)  COMMENT '事项名称',
  XKZT         VARCHAR(2)    COMMENT '许可状态',
  BGRQ         VARCHAR(10)   COMMENT '变更日期',
  BGYY         VARCHAR(200)  COMMENT '变更原因',
  FDDBR        VARCHAR(100)  COMMENT '法定代表人',
  JYCS         VARCHAR(300)  COMMENT '经营场所',
  XKFW         VARCHAR(2000) COMMENT '许可范围',
  GXSJ         DATETIME      NOT NULL COMMENT '更新时间',
  CD_OPERATION CHAR(1)       COMMENT '操作类型',
  GTSYNC       CHAR(1)       COMMENT '读取标志',
  CWXX         VARCHAR(500)  COMMENT '错误信息',
  DQSJ         DATETIME      COMMENT '读取时间',
  PCH          VARCHAR(40)   COMMENT '批次号',
  PRIMARY KEY (XH)
);
CREATE INDEX IX_EX_AJ_XKZ_GTSYNC ON EX_AJ_XKZ (GTSYNC);

-- 前置库 EX_AJ_SPJD：审批决定，由审批局写入，一行一份，TSBH 不重复。CLZT：空或 0 未处理，1 已处理，2 退回（原因写入 CLYJ），由本局回写。
CREATE TABLE EX_AJ_SPJD (
  TSBH   VARCHAR(36)  NOT NULL COMMENT '推送编号',
  BJBH   VARCHAR(100) NOT NULL COMMENT '办件编号',
  XH     INT          NOT NULL COMMENT '同一办件内的序号',
  SXBM   VARCHAR(100) NOT NULL COMMENT '事项编码',
  SXMC   VARCHAR(300) COMMENT '事项名称',
  SQRMC  VARCHAR(300) NOT NULL COMMENT '申请人',
  SQRDM  VARCHAR(100) NOT NULL COMMENT '申请人代码',
  SPJG   CHAR(1)      NOT NULL COMMENT '审批结果：1 准予，2 不予，3 撤回',
  JDRQ   DATE         NOT NULL COMMENT '决定日期',
  XKZBH  VARCHAR(400) COMMENT '许可证编号',
  JGYD   VARCHAR(2000) COMMENT '监管要点',
  CLZT   CHAR(1)      COMMENT '处理状态',
  CLYJ   VARCHAR(500) COMMENT '处理意见',
  PRIMARY KEY (TSBH)
);
